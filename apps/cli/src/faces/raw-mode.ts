/**
 * A terminal that was closed has no mode to set: there `setRawMode` throws EIO, out of the middle of readline's own
 * `close()`, which then never tells anybody that it has closed.
 */
export function allowLostTerminal(stdin: NodeJS.ReadStream): void {
  const setRawMode = stdin.setRawMode.bind(stdin);
  stdin.setRawMode = (mode) => {
    try {
      return setRawMode(mode);
    } catch {
      return stdin;
    }
  };
}
