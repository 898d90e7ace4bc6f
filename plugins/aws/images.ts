import { type InputsOf, type Properties, failures } from "../schema";
import { type Plain, isMap } from "../value";

const properties = {
  id: { type: "string", required: true },
  name: { type: "string", required: true },
  ownerId: { type: "string", required: true },
  /** `x86_64` or `arm64`. */
  architecture: { type: "string", required: true },
  /** RFC 3339, e.g. `2026-01-31T08:00:00.000Z`. */
  creationDate: { type: "string", required: true },
  tags: { type: { map: "string" } },
} as const satisfies Properties;

/** A machine image (AMI). */
export type Image = InputsOf<typeof properties>;

/** The images of a JSON list. @param source where the text is from, for the error */
export function imagesOf(text: string, source: string): Image[] {
  if (text === "") return [];
  const list = parsed(text);
  const wrong = Array.isArray(list) ? list.flatMap(wrongWith) : ["it is no JSON list"];
  if (wrong.length > 0) throw new Error(`${source} must be a list of images:\n${wrong.join("\n")}`);
  return list as Image[];
}

function wrongWith(image: Plain, index: number): string[] {
  if (!isMap(image)) return [`[${index}] is no object`];
  return failures("aws", properties, image).map(({ reason }) => `[${index}]: ${reason}`);
}

function parsed(text: string): Plain {
  try {
    return JSON.parse(text) as Plain;
  } catch {
    return null;
  }
}
