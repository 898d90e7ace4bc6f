import * as pulumi from "@pulumi/pulumi";

let watches = false;

/** Resolves when all that the engine was asked for is answered. The SDK has it, not in its types. */
const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };

/**
 * Keeps this program running until the engine has answered all that it was asked, for some time at most: what waits for itself is never
 * answered.
 *
 * Node ends a program when it finds nothing to wait for, and Pulumi takes that for the program's end: where it comes while a resource is
 * still being made, what depends on that is never declared, and `up` succeeds without it. Seen once, while nothing but a `ReadyGate` was waited
 * for; why Node found the connection to the engine idle is not known.
 *
 * @param seconds how long, from when Node first finds nothing to wait for; only the first call counts
 */
export function outlastRequests(seconds: number): void {
  if (watches) return;
  watches = true;
  let end: number | undefined;
  process.on("beforeExit", () => {
    const until = (end ??= Date.now() + seconds * 1000);
    // Nobody answers any more when the engine has ended, as it does after an error.
    const isWaiting = () => pulumi.runtime.hasMonitor() && !pulumi.log.hasErrors() && Date.now() < until;
    if (!isWaiting()) return;
    const waiting = setInterval(() => {
      if (!isWaiting()) clearInterval(waiting);
    }, 1000);
    void waitForRPCs().then(() => {
      clearInterval(waiting);
    });
  });
}
