import { serve } from "../server";
import { randomStandIn } from "./random";

serve(randomStandIn());
