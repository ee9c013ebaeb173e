import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closest } from '@tpx/terminal';
import { parse, TomlError } from 'smol-toml';
import { xdgFolders } from '../profiles/folders.ts';
import { isTable, shownValue, wrongValue } from './check-value.ts';
import { lineOf } from './line-of.ts';
import { type Configuration, OPTIONS, type Option, type OptionName } from './options.ts';

/** A mistake in `config.toml`; its message names the line and says what to write. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const BY_KEY: ReadonlyMap<string, [OptionName, Option]> = new Map(
  (Object.entries(OPTIONS) as [OptionName, Option][]).flatMap(([name, option]) =>
    option.toml === undefined ? [] : [[option.toml, [name, option]]],
  ),
);
/** `notify`, which only holds others. */
const TABLES = new Set([...BY_KEY.keys()].filter((key) => key.includes('.')).map((key) => key.split('.')[0]));

/** `asked`: a file instead of the one of XDG, which need not be there. @throws {ConfigError} */
export async function readConfigFile(asked: string | undefined): Promise<Configuration> {
  const path = asked ?? join(xdgFolders().config, 'config.toml');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && asked === undefined) return {};
    throw new ConfigError(`${path} cannot be read: ${(error as Error).message}`);
  }
  return parseConfig(text);
}

/** @throws {ConfigError} */
export function parseConfig(text: string): Configuration {
  let table: Record<string, unknown>;
  try {
    table = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [sentence = ''] = error.message.split('\n');
    throw new ConfigError(
      `config.toml line ${error.line}: ${sentence.replace('Invalid TOML document: ', '')}.`,
    );
  }
  return Object.fromEntries(readTable(table, '', text)) as Configuration;
}

function readTable(table: Record<string, unknown>, path: string, text: string): [OptionName, unknown][] {
  return Object.entries(table).flatMap(([name, value]): [OptionName, unknown][] => {
    const key = `${path}${name}`;
    const refuse = (sentence: string): never => {
      throw new ConfigError(`config.toml line ${lineOf(text, key)}: ${sentence}`);
    };
    if (TABLES.has(key)) {
      if (!isTable(value)) return refuse(`“${key}” is a table: [${key}]`);
      return readTable(value, `${key}.`, text);
    }
    const known = BY_KEY.get(key);
    if (!known) {
      const near = closest(key, [...BY_KEY.keys()]);
      return refuse(`there is no option “${key}”.${near === undefined ? '' : ` Did you mean “${near}”?`}`);
    }
    const [option, { kind }] = known;
    const wrong = wrongValue(kind, value);
    return wrong === undefined
      ? [[option, value]]
      : refuse(`“${key}” ${wrong}, not ${JSON.stringify(shownValue(kind, value))}.`);
  });
}
