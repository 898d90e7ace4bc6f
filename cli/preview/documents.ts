import { parse, stringify } from "yaml";
import { readContent, readUserData } from "../../components/node/read-user-data";
import { without } from "../../components/without";
import type { Registered } from "./mock-engine";

/** What a secret is in a document: nothing of it is shown. */
export const hidden = "[secret]";

/** A text that people can compare: what a program asks for, of one resource. */
export interface Document {
  section: Section;
  /** Unique: type and name of the resource. */
  title: string;
  text: string;
}

/** What documents are shown under, in this order, and the resources that each has: those whose type begins so. */
export const sections = {
  "User data and agents' configuration": ["aws:ec2/launchTemplate:"],
  Policies: ["aws:iam/", "aws:kms/key:", "aws:s3/bucketPolicy", "aws:ecr/", "aws:efs/fileSystemPolicy"],
  Jobs: ["nomad:index/job:"],
  "Rules of security groups": ["aws:vpc/securityGroup", "aws:ec2/securityGroup"],
  "Other resources": [""],
} as const;
export type Section = keyof typeof sections;

/**
 * The resources of a program as texts: YAML with sorted keys, in which is read what a resource diff shows as one string — user
 * data, the files in it, policies and job files.
 */
export function documentsOf(registered: readonly Registered[]): Document[] {
  return registered
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map(({ type, name, inputs }) => ({
      section: sectionOf(type),
      title: `${type} ${name}`,
      text: stringify(decoded(inputs ?? {}), { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false }),
    }))
    .sort((a, b) => (a.title < b.title ? -1 : 1));
}

function sectionOf(type: string): Section {
  const found = Object.entries(sections).find(([, types]) => types.some((prefix) => type.startsWith(prefix)));
  return found?.[0] as Section;
}

/** A value with all that it holds as text of another format in that format's own shape. */
function decoded(value: unknown): unknown {
  if (typeof value === "string") return decodedText(value);
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && "secret" in value) return hidden;
  // A file of cloud-init's says how its content is written.
  const { content, encoding } = value as { content?: unknown; encoding?: unknown };
  const read = typeof content === "string" ? readContent(content, encoding) : undefined;
  if (read !== undefined) return { ...without(value as { encoding: unknown }, "encoding"), content: decodedText(read) };
  return Object.fromEntries(
    entries.map(([key, inner]) => {
      const isUserData = /^userData(Base64)?$/.test(key) && typeof inner === "string";
      return [key, isUserData ? decodedUserData(inner) : decoded(inner)];
    }),
  );
}

function decodedUserData(given: string): unknown {
  const read = readUserData(given);
  // A word of letters is no base64.
  const text = read.includes("\ufffd") ? given : read;
  if (!text.startsWith("#cloud-config")) return text;
  try {
    return decoded(parse(text));
  } catch {
    // cloud-init would not read it either.
    return text;
  }
}

function decodedText(text: string): unknown {
  if (!/^[[{]/.test(text.trimStart())) return text;
  try {
    return decoded(JSON.parse(text));
  } catch {
    // It only looked so.
    return text;
  }
}
