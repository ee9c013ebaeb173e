import type { GroupChanges } from '@tpx/sdk';
import { UsageError } from '../language/usage-error.ts';

type Setting = {
  name: string;
  help: string;
  /** What Tab offers for its value. */
  offers: readonly string[];
  /** @throws {UsageError} */
  read(value: string): GroupChanges;
};

const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400, w: 604_800, y: 31_536_000 };
const BYTES: Readonly<Record<string, number>> = { kb: 1_024, mb: 1_048_576, gb: 1_073_741_824 };

/** What an owner can set of a group, as `/group set <name> <value>`. */
export const GROUP_SETTINGS: readonly Setting[] = [
  { name: 'name', help: 'how the group is called', offers: [], read: (name) => ({ name }) },
  { name: 'description', help: 'what it is about', offers: [], read: (description) => ({ description }) },
  {
    name: 'retention',
    help: 'for how long messages are kept: 30m, 12h, 7d, 4w, 1y or forever',
    offers: ['forever', '1d', '7d', '30d', '1y'],
    read: (value) => ({ messages_retention: value === 'forever' ? null : readDuration(value) }),
  },
  {
    name: 'who_can_post',
    help: 'all or admins',
    offers: ['all', 'admins'],
    read: (value) => ({ who_can_post: choose(value, ['all', 'admins']) }),
  },
  {
    name: 'access',
    help: 'open: whoever knows the id comes in; invite: only with an invite',
    offers: ['open', 'invite'],
    read: (value) => ({ access: choose(value, ['open', 'invite']) }),
  },
  {
    name: 'upload_max',
    help: 'how large a file may be: 500KB, 50MB or 1GB',
    offers: ['10MB', '100MB', '1GB'],
    read: (value) => ({ upload_max_bytes: readSize(value) }),
  },
];

export const SETTING_NAMES: readonly string[] = GROUP_SETTINGS.map(({ name }) => name);

/** @throws {UsageError} */
export function readGroupSetting(name: string, value: string): GroupChanges {
  const setting = GROUP_SETTINGS.find((one) => one.name === name);
  if (!setting) throw new UsageError(`“${name}” is none of ${SETTING_NAMES.join(', ')}.`);
  return setting.read(value);
}

function choose<Choice extends string>(value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((one) => one === value.toLowerCase());
  if (choice === undefined) throw new UsageError(`It is ${choices.join(' or ')}, not “${value}”.`);
  return choice;
}

function readDuration(value: string): number {
  const [, count, unit] = /^(\d{1,6})\s*([mhdwy])$/i.exec(value) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError(`For how long is written like 30m, 12h, 7d, 4w, 1y or forever, not “${value}”.`);
  return Number(count) * (SECONDS[unit.toLowerCase()] ?? 1);
}

function readSize(value: string): number {
  const [, count, unit] = /^(\d{1,9})\s*([kmg]b)$/i.exec(value) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError(`A size is written like 500KB, 50MB or 1GB, not “${value}”.`);
  return Number(count) * (BYTES[unit.toLowerCase()] ?? 1);
}
