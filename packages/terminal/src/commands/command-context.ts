import type { Client, Conversation } from '@tpx/sdk';
import type { Ports } from '../ports.ts';
import type { Preferences } from '../preferences/preferences.ts';

/** What commands act on. The interactive terminal and the one that serves scripts both give it. */
export type CommandContext = {
  client: Client;
  ports: Ports;
  /** How this device is called in the list of those that are signed in: `terminal on laptop`. */
  deviceName: string;
  /** What the person has chosen; `change` shows at once and is kept. */
  preferences: { readonly current: Preferences; change(part: Partial<Preferences>): Promise<void> };
  /** The conversation of the open tab. */
  current(): Conversation | undefined;
  /** Turns to the tab of a conversation, made if need be. */
  open(conversation: Conversation): void;
  /** Closes a tab: the open one where none is named. */
  close(topic?: string): void;
  /** The message that a person has picked out with the keys. */
  selected(): string | undefined;
  /** A name for an id, as far as it is known now; `learn` before for what may be unknown. */
  name(userId: string): string;
  learn(userIds: Iterable<string>): Promise<void>;
  /** Long work tells how far it is; a face shows the newest line in place of the last. */
  progress(text: string): void;
  /** Asks without echo where somebody sits there. @throws {UsageError} for scripts */
  askSecret(question: string): Promise<string>;
  /** Shows why a question is asked again. */
  showError(text: string): void;
  /** Yes or no; scripts answer yes by giving `--yes`. */
  confirm(question: string): Promise<boolean>;
  /** What a command may ask of the view; lines have none, and let it be. */
  view: {
    /** Finds a text in the scrollback of the open tab. */
    search(text: string): void;
    /** Takes what the open tab shows off the screen; scrolling back brings it again. */
    clear(): void;
  };
  connect(): void;
  quit(): void;
};
