import { userInfo } from "node:os";

/**
 * The operating-system name of the user who runs this command, for the detail of events. A container's user
 * may only have a number.
 */
export function osUser(): string {
  try {
    return userInfo().username;
  } catch (error) {
    // Thrown if the number has no entry in the list of users.
    const id = process.getuid?.();
    if (id === undefined) throw error;
    return `uid ${id}`;
  }
}
