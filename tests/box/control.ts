import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { UserError } from "../../cli/errors";
import type { BoxStatus } from "./box";

/** What tells a running box what to do, by its socket. */
export class BoxControl {
  constructor(private readonly socket: string) {}

  status(): Promise<BoxStatus> {
    return this.order("status") as Promise<BoxStatus>;
  }

  /** Gives an order of supervisor.ts. @throws UserError with what is wrong with it */
  async order(name: string, argument = ""): Promise<unknown> {
    const response = await this.ask(name, argument);
    const answer = JSON.parse(await text(response)) as unknown;
    if (response.statusCode === 200) return answer;
    throw new UserError(String(answer));
  }

  /** Lets the box end with this process, until it is told to `keep`. Returns what lets go of it. */
  async hold(): Promise<() => void> {
    const response = await this.ask("hold", "");
    response.on("error", () => undefined);
    // Nothing is waited for on it.
    response.socket.unref();
    return () => response.destroy();
  }

  private async ask(name: string, argument: string): Promise<IncomingMessage> {
    const asked = request({ socketPath: this.socket, path: `/${name}`, method: "POST", agent: false });
    asked.end(argument);
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    return response;
  }
}
