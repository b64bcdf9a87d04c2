import { history } from '../state/run.ts';
import { picture, smoother } from '../state/shown.ts';
import { text } from '../strings.ts';
import { rowsOf } from './summary.ts';

export function ChartTable() {
  void picture.value;
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={text.chart.heading}>
      <table>
        <thead>
          <tr>
            {text.chart.columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(history, smoother.value).map(([step, ...cells]) => (
            <tr key={step}>
              <th scope="row">{step}</th>
              {cells.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
