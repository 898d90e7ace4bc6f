import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlainMap } from "../value";

/** A resource as the account has it. */
export interface Entry {
  /** Its token, e.g. `aws:ec2/vpc:Vpc`. */
  type: string;
  id: string;
  /** Its inputs and outputs. */
  values: PlainMap;
  /** What AWS knows besides, such as a group's instances. */
  kept: PlainMap;
}

/** What is there in the pretended AWS account. */
export interface Account {
  /** Whether it is there after this process, so that what it does not know does not exist. */
  readonly lasts: boolean;
  get(type: string, id: string): Entry | undefined;
  all(type: string): Entry[];
  put(entry: Entry): void;
  remove(type: string, id: string): void;
}

/** An account that ends with this process. */
export class MemoryAccount implements Account {
  readonly lasts = false;
  private readonly types = new Map<string, Map<string, Entry>>();

  get(type: string, id: string): Entry | undefined {
    return this.types.get(type)?.get(id);
  }

  all(type: string): Entry[] {
    return [...(this.types.get(type)?.values() ?? [])];
  }

  put(entry: Entry): void {
    const entries = this.types.get(entry.type) ?? new Map<string, Entry>();
    this.types.set(entry.type, entries.set(entry.id, entry));
  }

  remove(type: string, id: string): void {
    this.types.get(type)?.delete(id);
  }
}

/**
 * An account in a directory, shared by all processes that name it: a directory a type, a JSON file a resource. Secrets
 * are in it as they are.
 */
export class DirectoryAccount implements Account {
  readonly lasts = true;
  private readonly read = new Map<string, { changed: number; entries: Map<string, Entry> }>();

  constructor(private readonly directory: string) {}

  get(type: string, id: string): Entry | undefined {
    return this.entries(type).get(id);
  }

  all(type: string): Entry[] {
    return [...this.entries(type).values()];
  }

  put(entry: Entry): void {
    const directory = this.pathOf(entry.type);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const file = join(directory, `${encodeURIComponent(entry.id)}.json`);
    // Into place by renaming, so that nobody reads half of it.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(entry), { mode: 0o600 });
    renameSync(draft, file);
    this.changeOwn(entry.type, (entries) => entries.set(entry.id, entry));
  }

  remove(type: string, id: string): void {
    rmSync(join(this.pathOf(type), `${encodeURIComponent(id)}.json`), { force: true });
    this.changeOwn(type, (entries) => entries.delete(id));
  }

  /** The entries of a type, read again only when its directory has changed. */
  private entries(type: string): Map<string, Entry> {
    const changed = this.changed(type);
    const known = this.read.get(type);
    if (known?.changed === changed) return known.entries;
    const directory = this.pathOf(type);
    const files = changed === 0 ? [] : readdirSync(directory).filter((name) => name.endsWith(".json"));
    const entries = files.map((name) => JSON.parse(readFileSync(join(directory, name), "utf8")) as Entry);
    const found = new Map(entries.map((entry) => [entry.id, entry]));
    this.read.set(type, { changed, entries: found });
    return found;
  }

  // One's own change is known without reading all again; another process's at the same moment is read with the next.
  private changeOwn(type: string, change: (entries: Map<string, Entry>) => void): void {
    const known = this.read.get(type);
    if (!known) return;
    change(known.entries);
    known.changed = this.changed(type);
  }

  private changed(type: string): number {
    return statSync(this.pathOf(type), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }

  private pathOf(type: string): string {
    return join(this.directory, (type.split(":")[1] ?? "").replaceAll("/", "-"));
  }
}
