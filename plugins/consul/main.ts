import { serve } from "../server";
import { consulStandIn } from "./consul";

serve(consulStandIn(process.env));
