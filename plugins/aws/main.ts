import { serve } from "../server";
import { awsStandIn } from "./aws";

serve(awsStandIn(process.env));
