import type { Storage } from '@tpx/sdk';
import { KEY_PRESETS, type Preferences } from '@tpx/terminal';
import { isTable } from '../config/check-value.ts';

const KEY = 'preferences';

/** A choice, and what the configuration said when it was made. */
type Choice = { value: unknown; over: unknown };

/**
 * What a person chooses while the program runs (`/theme`, `/mute`, ...), kept apart from the file that they write. A choice
 * holds until they change the same thing in their file: then they have chosen again, and later.
 */
export class PreferencesFile {
  readonly #storage: Storage;
  readonly #configured: Preferences;
  #choices: Record<string, Choice>;
  current: Preferences;

  private constructor(storage: Storage, configured: Preferences, choices: Record<string, Choice>) {
    this.#storage = storage;
    this.#configured = configured;
    this.#choices = choices;
    this.current = { ...configured, ...this.#valid() };
  }

  static async open(storage: Storage, configured: Preferences): Promise<PreferencesFile> {
    return new PreferencesFile(storage, configured, readChoices(await storage.get(KEY)));
  }

  async save(preferences: Preferences): Promise<void> {
    const changed = Object.entries(preferences).filter(
      ([name, value]) => !isSame(value, this.#configured[name as keyof Preferences]),
    );
    this.#choices = Object.fromEntries(
      changed.map(([name, value]) => [name, { value, over: this.#configured[name as keyof Preferences] }]),
    );
    this.current = preferences;
    await this.#storage.set(KEY, JSON.stringify(this.#choices));
  }

  #valid(): Partial<Preferences> {
    const kept = Object.entries(this.#choices).filter(([name, { value, over }]) => {
      const configured = this.#configured[name as keyof Preferences];
      return isSame(over, configured) && isLike(value, configured) && (name !== 'keys' || isPreset(value));
    });
    return Object.fromEntries(kept.map(([name, { value }]) => [name, value]));
  }
}

/** A file that somebody has spoilt is as good as none. */
function readChoices(text: string | undefined): Record<string, Choice> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    const entries = isTable(parsed) ? Object.entries(parsed) : [];
    return Object.fromEntries(
      entries.filter((entry): entry is [string, Choice] => isTable(entry[1]) && 'value' in entry[1]),
    );
  } catch {
    return {};
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return Bun.deepEquals(one, other);
}

function isLike(one: unknown, other: unknown): boolean {
  return typeof one === typeof other && Array.isArray(one) === Array.isArray(other);
}

function isPreset(value: unknown): boolean {
  return KEY_PRESETS.some((preset) => preset === value);
}
