/** Resolves the program given as JSON, prints what it does and the result as JSON lines. */
import type { Program } from "../../../programs/catalog";
import { resolve } from "../../../programs/resolve";

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

void resolve(JSON.parse(process.argv[2] ?? "") as Program, { onProgress: (progress) => print({ progress }) }).then(
  print,
);
