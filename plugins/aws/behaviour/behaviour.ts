import type { Failure } from "../../schema";
import type { Change } from "../../stand-in";
import type { Differences } from "../../diff";
import { type Plain, type PlainMap, type ValueMap, isMap } from "../../value";
import type { Account, Entry } from "../account";
import { type Site, ec2Id } from "../cloud";

/** What AWS does with a kind of resource, beyond its table of properties. */
export interface Behaviour {
  /** What the schema cannot say is wrong with the inputs; values may be unknown. */
  check?(inputs: PlainMap): Failure[];
  /** Throws what AWS answers when the account does not allow the inputs. `id` is that of a resource being updated. */
  allow?(inputs: PlainMap, site: Site, id?: string): void;
  /** The id of a new resource. */
  id(inputs: PlainMap, site: Site): string;
  /**
   * What AWS adds to the inputs: computed outputs, and values for inputs that were not given (given ones win). `former`
   * are the resource's values before, empty for a new one.
   */
  outputs?(id: string, inputs: PlainMap, site: Site, former: PlainMap): ValueMap;
  /** What the account keeps besides the resource's values. */
  keep?(entry: Entry, site: Site): PlainMap;
  /** Removes what goes with a resource. */
  remove?(id: string, account: Account): void;
  /** The differences, where the table is not enough. */
  diff?(change: Change): Differences;
  /** The outputs that are unknown in the preview of an update that changes these inputs. */
  unknownAfter?(changed: string[]): string[];
}

/** A behaviour whose ids are EC2's, with the ARN that goes with them. */
export function ec2(prefix: string, outputs?: Behaviour["outputs"]): Pick<Behaviour, "id" | "outputs"> {
  return { id: () => ec2Id(prefix), ...(outputs ? { outputs } : {}) };
}

export function textOf(value: Plain | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A value as text, for names and messages. */
export function shown(value: Plain | undefined): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function numberOf(value: Plain | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function listOf(value: Plain | undefined): Plain[] {
  return Array.isArray(value) ? value : [];
}

export function mapOf(value: Plain | undefined): PlainMap {
  return isMap(value) ? value : {};
}

/** The texts of a list. */
export function textsOf(value: Plain | undefined): string[] {
  return listOf(value).filter((item) => typeof item === "string");
}

/** The maps of a list. */
export function mapsOf(value: Plain | undefined): PlainMap[] {
  return listOf(value).filter((item) => isMap(item));
}
