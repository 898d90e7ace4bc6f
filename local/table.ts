import { Row } from "./status";

/** A table for the terminal, with each row's problems beneath it. */
export function renderTable(rows: Row[]): string {
  const header = ["", "VERSION", "STATE", "ADDRESS"];
  const cells = rows.map((row) => [
    row.name,
    row.version,
    row.problems.length > 0 ? `${row.state}, not healthy` : row.state,
    row.address,
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...cells.map((line) => line[i]?.length ?? 0)));
  const render = (line: string[]) => `  ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd();
  return [
    render(header),
    ...rows.flatMap((row, i) => [render(cells[i] ?? []), ...row.problems.map((problem) => `      ! ${problem}`)]),
  ].join("\n");
}
