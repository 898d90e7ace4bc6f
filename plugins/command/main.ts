import { serve } from "../server";
import { commandStandIn } from "./command";
import { EngineLog } from "../engine-log";

// The engine starts a plugin with its own address as the last argument.
const engine = process.argv.at(-1) ?? "";
serve(commandStandIn(new EngineLog(engine)));
