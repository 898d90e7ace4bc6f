/** `load-process.ts URL` puts steady load on a URL until its standard input ends, and prints how the requests have ended. */
import { once } from "node:events";
import { Load } from "../support/load";

async function main(url: string): Promise<void> {
  const load = new Load(url, 100);
  console.error("begun");
  await once(process.stdin.resume(), "end");
  console.log(JSON.stringify(await load.stop(1)));
}

main(process.argv[2] ?? "").catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
