import { z } from "zod";

const imageSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  ownerId: z.string(),
  architecture: z.enum(["x86_64", "arm64"]),
  /** RFC 3339, e.g. `2026-01-31T08:00:00.000Z`. */
  creationDate: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
});

/** A machine image (AMI). */
export type Image = z.infer<typeof imageSchema>;

/** The images of a JSON list. @param source where the text is from, for the error */
export function imagesOf(text: string, source: string): Image[] {
  if (text === "") return [];
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(
      `${source} must be a JSON list of images: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const { data, error } = z.array(imageSchema).safeParse(json);
  if (data) return data;
  throw new Error(`${source} must be a list of images:\n${z.prettifyError(error)}`);
}
