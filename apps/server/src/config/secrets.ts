import { SETTINGS, type SettingName } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A shorter one would be found in ordinary words, and is no secret. */
const SECRET_MIN = 4;
const HIDDEN = '(hidden)';

/** A value of a setting as it may be shown: without the login of a URL, also of one that is mistyped. */
export function withoutLogin(text: string): string {
  return text
    .replace(/^(\s*[a-z0-9+.-]*:?\/*).*@/is, `$1${HIDDEN}@`)
    .replace(/(pass\w*|secret|token)=[^&\s]*/gi, `$1=${HIDDEN}`);
}

/** Settings that hold a secret, whole or as the login of a URL: errors about them leave their value out. */
export function isSecret(name: SettingName): boolean {
  return 'secret' in SETTINGS[name];
}

/** Everything secret in the environment, as it is written there and as it is meant. */
function secretsIn(environment: Environment): string[] {
  const names = (Object.keys(SETTINGS) as SettingName[]).filter(isSecret);
  const values = names.flatMap((name) => environment[name]?.split(',') ?? []);
  const logins = values.flatMap((value) => /^[^:]*:\/*(.*)@/s.exec(value)?.slice(1) ?? []);
  const passwords = logins.flatMap((login) => [login, login.slice(login.indexOf(':') + 1)]);
  // A URL without a login is no secret: only what is in front of the host, and values that are no URL.
  const whole = values.filter((value) => !value.includes('://') || value.includes('@'));
  return [...new Set([...whole, ...passwords].flatMap((secret) => [secret, decoded(secret)]))]
    .filter((secret) => secret.length >= SECRET_MIN)
    .sort((one, other) => other.length - one.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Takes every secret of the environment out of a text, no matter who wrote it: a library may put the address that it could not
 * reach into its error (spec CFG-4).
 */
export function secretsHider(environment: Environment): (text: string) => string {
  const secrets = secretsIn(environment).flatMap((secret) => {
    const inJson = JSON.stringify(secret).slice(1, -1);
    return inJson === secret ? [secret] : [secret, inJson];
  });
  return (text) => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, HIDDEN), text);
}
