import type { PlainMap } from "../../value";
import { mapOf, mapsOf, textOf, textsOf } from "../behaviour/behaviour";

/**
 * Whether something satisfies a function's `filters`, `tags` and the like, as EC2 has it: all the filters, each with one
 * of its values, in which `*` and `?` stand for any characters.
 *
 * @param attribute the value of one of EC2's filters, `undefined` where there is no such filter
 * @throws Error naming a filter that the stand-in does not know
 */
export function satisfies(
  filters: PlainMap[],
  tags: PlainMap,
  attribute: (name: string) => string | undefined,
): boolean {
  return filters.every((filter) => {
    const name = textOf(filter["name"]) ?? "";
    const key = /^tag:(.+)$/.exec(name)?.[1];
    if (name === "tag-key") return textsOf(filter["values"]).some((value) => tags[value] !== undefined);
    const actual = key === undefined ? attribute(name) : textOf(tags[key]);
    if (actual === undefined && key === undefined)
      throw new Error(`the stand-in aws plugin does not implement the filter "${name}"`);
    return actual !== undefined && textsOf(filter["values"]).some((pattern) => matches(actual, pattern));
  });
}

/** The filters of a function's inputs, `tags` among them. */
export function filtersOf(inputs: PlainMap, tags: "tags" | "instanceTags" = "tags"): PlainMap[] {
  const byTag = Object.entries(mapOf(inputs[tags])).map(([key, value]) => ({ name: `tag:${key}`, values: [value] }));
  return [...mapsOf(inputs["filters"]), ...byTag];
}

function matches(text: string, pattern: string): boolean {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(text);
}
