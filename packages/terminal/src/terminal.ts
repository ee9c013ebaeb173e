import type { Client, Clock, Storage } from '@tpx/sdk';
import type { InputEvent } from './keys/input-event.ts';
import type { Ports } from './ports.ts';
import type { Preferences } from './preferences/preferences.ts';
import type { Screen } from './screen/screen.ts';

export type TerminalOptions = {
  client: Client;
  /** The account's own place, the same as the client's: what is kept here goes when the account is forgotten. */
  storage: Storage;
  ports: Ports;
  preferences: Preferences;
  size: { columns: number; rows: number };
  /** How this device is called in the list of those that are signed in. */
  deviceName: string;
  /** Of the server, as people know it. */
  serverName: string;
  /** What the person should know before they begin. */
  warnings?: readonly string[];
  clock?: Clock;
};

/**
 * The whole terminal without a face: it takes what a person does and gives pictures to paint. Nothing that decides lives
 * outside of it.
 */
export type Terminal = {
  /** What the last run left, shown at once; then connects. */
  start(): Promise<void>;
  input(event: InputEvent): void;
  /** The picture now. Called again without a change it gives the same object. */
  screen(): Screen;
  /** `listener` is told, once until the next `screen()`, that there is something new to paint. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
};
