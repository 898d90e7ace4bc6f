import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { removeDirectory, temporaryDirectory } from "./temporary";

/** A directory of one test's own. */
export interface TestDirectory {
  /** Absolute; another one in each test. */
  readonly path: string;
  at(...parts: string[]): string;
  /** Writes a file, with the directories that it needs, and returns its path. */
  write(file: string, text: string): string;
  /** The text of a file; empty where there is none. */
  read(file: string): string;
  list(): string[];
}

/** Gives each test of the suite a directory, and removes it afterwards. */
export function useDirectory(purpose: string): TestDirectory {
  let path = "";
  beforeEach(async () => {
    path = await temporaryDirectory(purpose);
  });
  afterEach(() => removeDirectory(path));
  const at = (...parts: string[]) => join(path, ...parts);
  return {
    get path() {
      return path;
    },
    at,
    write(file, text) {
      mkdirSync(dirname(at(file)), { recursive: true });
      writeFileSync(at(file), text);
      return at(file);
    },
    read(file) {
      try {
        return readFileSync(at(file), "utf8");
      } catch {
        return "";
      }
    },
    list: () => readdirSync(path),
  };
}
