/** Lines of text with the cells of each column below each other, indented by two spaces. */
export function alignColumns(rows: string[][], alignment: ("left" | "right")[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) => {
    const cells = widths.map((width, i) => {
      const cell = row[i] ?? "";
      return alignment[i] === "right" ? cell.padStart(width) : cell.padEnd(width);
    });
    return `  ${cells.join("  ")}`.trimEnd();
  });
}

/**
 * A table with a title and a header. Columns in which no row has anything are left out.
 *
 * @returns lines; only the title and a remark where there are no rows
 */
export function titledTable(title: string, header: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [title, "  none"];
  const used = header.map((_, i) => rows.some((row) => row[i]));
  const keep = (row: string[]) => row.filter((_, i) => used[i]);
  return [title, ...alignColumns([keep(header), ...rows.map(keep)])];
}
