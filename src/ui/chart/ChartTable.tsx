import { Table } from '../components/Table.tsx';
import { history } from '../run/run.ts';
import { picture, smoother } from '../run/shown.ts';
import { figureWords } from '../words/figure.ts';
import { rowsOf } from './summary.ts';

export function ChartTable() {
  void picture.value;
  const [step, phase, loss, smoothed, rate, speed] = figureWords.chart.columns;
  const head = [
    step,
    phase,
    [loss, 'loss'],
    [smoothed, 'smoothed'],
    [rate, 'rate'],
    [speed, 'tokensPerSecond'],
    ...Object.keys(history.own),
  ] as const;
  return (
    <Table name={figureWords.chart.heading} head={head}>
      {rowsOf(history, smoother.value).map(([first, ...cells]) => (
        <tr key={first}>
          <th scope="row">{first}</th>
          {cells.map((cell, column) => (
            <td key={column}>{cell}</td>
          ))}
        </tr>
      ))}
    </Table>
  );
}
