/**
 * `supervisor.ts DIRECTORY OPTIONS` is a box, until it is told to end: OPTIONS as JSON, see {@link BoxOptions}. It does what it is
 * told by HTTP on its socket, see control.ts. Runs in a process and a mount namespace of its own, made by keeper.ts.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { basename } from "node:path";
import { findProcesses } from "../../local/processes";
import { servicesAddress } from "./amazon";
import { Box, type BoxOptions } from "./box";
import { BoxPlace } from "./place";

/** How often it looks at the account, in milliseconds. */
const interval = 200;
/** How long it waits for the first to hold it, in milliseconds. */
const patience = 60_000;

async function main(directory: string, options: BoxOptions): Promise<void> {
  const box = await Box.create(options);
  const done = new AbortController();
  const end = () => {
    done.abort();
  };
  let kept = false;
  const unheld = setTimeout(end, patience);

  const orders: Record<string, (argument: string) => Promise<unknown>> = {
    status: () => box.status(),
    console: (host) => Promise.resolve(box.host(host).console),
    kill: (host) => box.kill(host),
    spot: (host) => box.takeAway(host),
    cut: (zone) => box.cut(zone),
    mute: (host) => box.breakBy({ kind: "mute", address: box.host(host).instance.address }),
    loss: (argument) => {
      const [host = "", percent] = argument.split(" ");
      return box.breakBy({ kind: "loss", address: box.host(host).instance.address, percent: Number(percent) });
    },
    clock: (argument) => {
      const [host = "", seconds] = argument.split(" ");
      return box.shiftClock(host, Number(seconds));
    },
    outage: () => box.breakBy({ kind: "cut", addresses: [servicesAddress] }),
    heal: () => box.heal(),
    // The engine is asked to end, as by Ctrl-C.
    interrupt: () => {
      for (const pid of findProcesses(({ command: [file = ""] }) => basename(file) === "pulumi"))
        process.kill(pid, "SIGINT");
      return Promise.resolve();
    },
    // What is being made ends when who makes it has ended before it said that it is made.
    keep: () => {
      kept = true;
      return Promise.resolve();
    },
  };

  function hold(response: ServerResponse): void {
    clearTimeout(unheld);
    response.writeHead(200).flushHeaders();
    response.once("close", () => {
      if (!kept) end();
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = (request.url ?? "").slice(1);
    const argument = await text(request);
    if (name === "hold") {
      hold(response);
      return;
    }
    const order = orders[name];
    try {
      if (!order) throw new Error(`there is no order "${name}"`);
      const result = await order(argument);
      response.end(JSON.stringify(result ?? null));
    } catch (error) {
      response.writeHead(400).end(JSON.stringify(error instanceof Error ? error.message : String(error)));
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(new BoxPlace(directory).socket);
  await once(server, "listening");
  while (!done.signal.aborted) {
    await box.follow();
    await delay(interval, undefined, { signal: done.signal }).catch(() => undefined);
  }
  await box.close();
}

const [directory = "", options = ""] = process.argv.slice(2);
main(directory, JSON.parse(options) as BoxOptions).then(
  // What a connection still holds is of no more use.
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
