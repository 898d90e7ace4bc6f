// Prepares Node for a program in TypeScript. tsx compiles it without checking types, which `npm run lint` does once instead
// of every `pulumi` run. It looks at every module that is loaded after it, which costs as much time as loading
// Pulumi's SDK itself; so the SDK, which is JavaScript already, comes first.
require("@pulumi/pulumi");
require("tsx/cjs");

// Pulumi notes the stack of every promise that it makes, by an error without a message, and has each frame mapped to its
// source: most of the program's time. Those stacks are never shown; all others stay as they are.
const { prepareStackTrace } = Error;
if (prepareStackTrace) {
  Error.prepareStackTrace = (error, frames) => (error.message === "" ? "" : prepareStackTrace(error, frames));
}
