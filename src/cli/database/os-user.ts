import { userInfo } from "node:os";

/** Who runs this command, as the operating system knows them: for the detail of events. A container's user may have a number only. */
export function osUser(): string {
  try {
    return userInfo().username;
  } catch (error) {
    // Thrown where the number has no entry in the list of users.
    const id = process.getuid?.();
    if (id === undefined) throw error;
    return `uid ${id}`;
  }
}
