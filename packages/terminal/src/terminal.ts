import type { Client } from '@tpx/sdk';
import type { InputEvent } from './keys/input-event.ts';
import type { Ports } from './ports.ts';
import type { Preferences } from './preferences/preferences.ts';
import type { Screen } from './screen/screen.ts';

export type TerminalOptions = {
  client: Client;
  ports: Ports;
  preferences: Preferences;
  size: { columns: number; rows: number };
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
