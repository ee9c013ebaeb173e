/** Who speaks for the server (spec ACC-1): also with a number, and with another of these words. */
const STAFF =
  'admin administrator sysadmin superadmin webadmin root superuser sysop operator supervisor staff moderator official system ' +
  'server support helpdesk security postmaster webmaster hostmaster mailerdaemon tpx';
/** Who is everybody, nobody, or the reader; places and services of this and other servers. */
const OTHERS =
  'owner team mod service help info contact abuse billing noreply bot notice notification announcement sys api www ' +
  'all everyone everybody here channel group online nobody anyone me you self null undefined none unknown deleted ' +
  'deleteduser anonymous';
/** Words that make no other name of one of these. */
const FILLERS = 'the real only';

const staff = new Set(STAFF.split(' '));
const reserved = new Set([...staff, ...OTHERS.split(' ')]);
const fillers = new Set(FILLERS.split(' '));

const LOOKS: Readonly<Record<string, string>> = { 0: 'o', 3: 'e', 4: 'a', 5: 's', 7: 't', 8: 'b', 9: 'g' };

/** What a name reads as: `1` is an i or an l. */
function readings(name: string): string[] {
  const letters = name
    .replace(/[0345789]/g, (digit) => LOOKS[digit] ?? digit)
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
  return [name, letters, letters.replaceAll('1', 'i'), letters.replaceAll('1', 'l')];
}

/** One of the words, or several: `admins`. A digit at the end is a number there: `owner5` is no owners. */
function isOneOf(words: ReadonlySet<string>, name: string): boolean {
  const one = name.replace(/s$/, '');
  return [...readings(name), ...readings(one)].some((reading) => words.has(reading));
}

/** Whether nobody may register this name: `admin`, and what reads as it (`ad.min`, `r00t`, `he1p`, `admin2`, `tpx-support`). */
export function isReservedName(username: string): boolean {
  const separators = /[._-]+/;
  const parts = username.split(separators).filter(Boolean);
  const bare = parts.join('');
  return (
    isOneOf(reserved, bare) ||
    isOneOf(staff, bare.replace(/\d{1,4}$/, '')) ||
    (parts.some((part) => isOneOf(reserved, part)) &&
      parts.every((part) => fillers.has(part) || isOneOf(reserved, part)))
  );
}
