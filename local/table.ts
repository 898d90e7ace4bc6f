import { alignColumns } from "../cli/table";
import { Row } from "./status";

/** A table for the terminal, with each row's problems beneath it. */
export function renderTable(rows: Row[]): string {
  const [header = "", ...lines] = alignColumns([
    ["", "VERSION", "STATE", "ADDRESS"],
    ...rows.map((row) => [
      row.name,
      row.version,
      row.problems.length > 0 ? `${row.state}, not healthy` : row.state,
      row.address,
    ]),
  ]);
  return [header, ...rows.flatMap((row, i) => [lines[i], ...row.problems.map((problem) => `      ! ${problem}`)])].join(
    "\n",
  );
}
