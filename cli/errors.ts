/** A message for the person at the terminal, shown without a stack trace. */
export class UserError extends Error {}

/** A command line that makes no sense. */
export class UsageError extends UserError {}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
