import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Where the lines of a running operation go. */
export interface StatusLog {
  /** Shows a line beside the resource of a URN while its operation runs; it is not kept. */
  status(urn: string, message: string): Promise<void>;
}

/** The engine's display, as a plugin writes to it. A display that is gone does not matter. */
export class EngineLog implements StatusLog {
  private readonly engine: EngineClient;

  /** @param address Where the engine listens, as `HOST:PORT`. */
  constructor(address: string) {
    this.engine = new EngineClient(address, grpc.credentials.createInsecure());
  }

  /** Shows a line among the engine's diagnostics. */
  info(message: string): Promise<void> {
    return this.log(new LogRequest().setMessage(message));
  }

  status(urn: string, message: string): Promise<void> {
    return this.log(new LogRequest().setUrn(urn).setMessage(message).setEphemeral(true));
  }

  close(): void {
    this.engine.close();
  }

  private log(request: LogRequest): Promise<void> {
    return new Promise((resolve) => {
      this.engine.log(request.setSeverity(LogSeverity.INFO), () => {
        resolve();
      });
    });
  }
}
