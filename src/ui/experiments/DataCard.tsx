/** What the synthetic world of a preset holds: asked of the worker when somebody opens it. */
import { useEffect, useState } from 'preact/hooks';
import type { RunConfig } from '../../config/run.ts';
import type { WorldCard } from '../../protocol.ts';
import * as format from '../format.ts';
import { worldCard } from '../trainer.ts';
import { Table } from '../components/Table.tsx';
import { words } from './words.ts';

const { card: text } = words;

export function DataCard({ config }: { config: RunConfig }) {
  const [open, setOpen] = useState(false);
  const [card, setCard] = useState<WorldCard | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // People, names and values decide the world, and the seed which of all such worlds it is.
  const key = JSON.stringify([config.data.world, config.seed]);
  useEffect(() => {
    if (!open) return;
    let current = true;
    setCard(null);
    worldCard(config).then(
      (found) => current && setCard(found),
      (error: Error) => current && setProblem(error.message),
    );
    return () => void (current = false);
  }, [open, key]);
  return (
    <details class="data-card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text.heading}</summary>
      {problem !== null && <p class="problem">{problem}</p>}
      {open && !card && problem === null && <p class="note">{text.counting}</p>}
      {card && <Counted card={card} seed={config.seed} />}
    </details>
  );
}

function Counted({ card, seed }: { card: WorldCard; seed: number }) {
  const { people, sources, suites } = card;
  return (
    <div class="stack-4">
      <p>{text.people(people, card.facts, card.vocabulary, card.dictionaryWords, seed)}</p>
      <Table
        class="numbers-table"
        name={text.sources}
        head={[
          text.source,
          text.what,
          [text.tokens, 'documentTokens'],
          [text.documents, 'pool'],
          [text.met, 'heldOutMet'],
        ]}
      >
        {sources.map(({ name, description, averageTokens, pool, heldOutRepeated }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="text">{description}</td>
            <td>{averageTokens.toFixed(1)}</td>
            <td>{pool ? text.pool(pool.documents, pool.distinct, pool.tokens) : text.endless}</td>
            <td>{format.percent(heldOutRepeated)}</td>
          </tr>
        ))}
      </Table>
      <Table
        class="numbers-table"
        name={text.suites}
        head={[text.suite, text.asks, text.part, [text.items, 'items'], [text.chance, 'chance']]}
      >
        {suites.map(({ name, role, description, items, chance }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="text">{description}</td>
            <td class="text">{role}</td>
            <td>{format.integer(items)}</td>
            <td>{format.percent(chance)}</td>
          </tr>
        ))}
      </Table>
    </div>
  );
}
