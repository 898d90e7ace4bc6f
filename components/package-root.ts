import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The directory of this package: of its sources, or of what npm has installed. */
export const packageRoot = ((): string => {
  let directory = __dirname;
  while (!existsSync(join(directory, "ami", "cos.pkr.hcl"))) directory = dirname(directory);
  return directory;
})();
