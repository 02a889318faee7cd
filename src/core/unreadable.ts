/**
 * Why a file cannot be read, and what to do about it, in one line. `what` names the file, with its setting if
 * it has one. The command line translates these sentences (cli/words/start-problems.ts).
 */
export function unreadable(what: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return `${what} cannot be read: there is no such file; correct its path`;
    case "EISDIR":
      return `${what} cannot be read: it is a folder; name a file in it`;
    case "EACCES":
    case "EPERM":
      return `${what} cannot be read: this user may not; change its owner or its permissions`;
    default:
      return code === undefined ? `${what} cannot be read` : `${what} cannot be read (${code})`;
  }
}
