import { Client, type ClientOptions, type Conversation, MemoryStorage } from '@tpx/sdk';
import {
  type CommandContext,
  DEFAULT_PREFERENCES,
  type Line,
  type Preferences,
  type RunResult,
  runLine,
} from '@tpx/terminal';
import { TEST_PASSWORD, until } from '@tpx/testkit';

/** Somebody who types commands, at no terminal: what a face lends is recorded here. */
export class TerminalPerson implements AsyncDisposable {
  readonly client: Client;
  readonly storage = new MemoryStorage();
  readonly username: string;
  readonly context: CommandContext;
  /** What the commands did to the face. */
  readonly did = {
    copied: [] as string[],
    opened: [] as string[],
    closed: [] as string[],
    files: new Map<string, string>(),
    progress: [] as string[],
    searched: [] as string[],
    cleared: 0,
    quit: 0,
    questions: [] as string[],
    errors: [] as string[],
  };
  /** What they do at a question, in their editor, with the keys. */
  answers = { confirm: true, secrets: [] as string[], edited: undefined as string | undefined };
  selected: string | undefined;
  #preferences: Preferences = DEFAULT_PREFERENCES;
  #current: string | undefined;

  constructor(server: { url: string }, name: string, options: Partial<ClientOptions> = {}) {
    this.client = new Client({ serverUrl: server.url, storage: this.storage, ...options });
    this.username = `${name}-${crypto.randomUUID().slice(0, 8)}`;
    this.context = this.#context();
  }

  get preferences(): Preferences {
    return this.#preferences;
  }

  get current(): Conversation | undefined {
    return this.context.current();
  }

  run(line: string): Promise<RunResult> {
    return runLine(this.context, line);
  }

  /** The data of a line that has to work. */
  async do<Data = Record<string, unknown>>(line: string): Promise<Data> {
    return (await this.#done(line)).data as Data;
  }

  /** What it shows, as plain text. */
  async shown(line: string): Promise<string> {
    return textOf((await this.#done(line)).lines);
  }

  /** The sentence of a line that has to be refused. */
  async refused(line: string): Promise<string> {
    const result = await this.run(line);
    if (result.ok) throw new Error(`${line} was not refused: ${JSON.stringify(result.data)}`);
    return result.error.message;
  }

  /** Until the open conversation, or the one given, holds this text of anybody. */
  async holds(text: string, conversation = this.current) {
    return await until(
      () =>
        conversation?.messages.find(({ content }) => (content as { text?: string } | null)?.text === text),
      { what: `“${text}” at ${this.username}` },
    );
  }

  async register(): Promise<this> {
    await this.do(`/register ${this.username} ${TEST_PASSWORD}`);
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }

  async #done(line: string) {
    const result = await this.run(line);
    if (!result.ok) throw new Error(`${line} was refused: ${JSON.stringify(result.error)}`);
    return result;
  }

  #context(): CommandContext {
    const { client, did } = this;
    const current = () => (this.#current === undefined ? undefined : client.conversation(this.#current));
    const preferences = () => this.#preferences;
    return {
      client,
      deviceName: 'a test',
      ports: {
        clipboard: { write: async (text) => void did.copied.push(text) },
        links: { open: async (url) => void did.opened.push(url) },
        notify: () => undefined,
        files: {
          write: async (name, content) => {
            did.files.set(name, content);
            return `/home/${name}`;
          },
          list: async (prefix) => ['notes.txt', 'photos/'].filter((name) => name.startsWith(prefix)),
        },
        editor: { edit: async (text) => this.answers.edited ?? text },
        preferences: { save: async () => undefined },
        suspend: () => undefined,
        exit: () => undefined,
      },
      preferences: {
        get current() {
          return preferences();
        },
        change: async (part) => {
          this.#preferences = { ...this.#preferences, ...part };
        },
      },
      current,
      open: ({ topic }) => {
        this.#current = topic;
      },
      close: (topic = this.#current) => {
        if (topic !== undefined) did.closed.push(topic);
        if (topic === this.#current) this.#current = undefined;
      },
      selected: () => this.selected,
      name: (id) => client.people.peek(id)?.username ?? id.slice(0, 8),
      learn: async (ids) => {
        await Promise.all([...new Set(ids)].map((id) => client.people.get(id).catch(() => undefined)));
      },
      progress: (text) => void did.progress.push(text),
      askSecret: async (question) => {
        did.questions.push(question);
        return this.answers.secrets.shift() ?? TEST_PASSWORD;
      },
      showError: (text) => void did.errors.push(text),
      confirm: async (question) => {
        did.questions.push(question);
        return this.answers.confirm;
      },
      view: {
        search: (text) => void did.searched.push(text),
        clear: () => void did.cleared++,
      },
      connect: () => client.connect(),
      quit: () => void did.quit++,
    };
  }
}

export function textOf(lines: readonly Line[]): string {
  return lines.map((line) => (typeof line === 'string' ? line : line.text)).join('\n');
}
