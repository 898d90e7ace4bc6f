import * as pulumi from "@pulumi/pulumi";
import type { PropertyError } from "./checks";

/**
 * Refuses arguments that have errors, naming all of them at once.
 *
 * @param component the component's name, for the message
 * @throws pulumi.InputPropertiesError
 */
export function refuse(component: string, errors: readonly PropertyError[]): void {
  if (errors.length === 0) return;
  throw new pulumi.InputPropertiesError({ message: `${component} cannot be made`, errors: [...errors] });
}
