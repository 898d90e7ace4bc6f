import { serve } from "../server";
import { tlsStandIn } from "./tls";

serve(tlsStandIn());
