import type { OwnUserObject } from '@tpx/protocol';
import { Api } from './api.ts';

export const TEST_PASSWORD = 'correct horse battery';

export type Tokens = { access_token: string; refresh_token: string; expires_in: number };

export type Person = {
  user: OwnUserObject;
  /** The name that signs in; unique, so that tests may share a server and a database. */
  username: string;
  password: string;
  tokens: Tokens;
  api: Api;
};

/** Registers somebody by REST. `name` becomes the display name and the beginning of the user name. */
export async function createPerson(server: { url: string }, name = 'person'): Promise<Person> {
  const username = `${name.toLowerCase()}-${crypto.randomUUID().slice(0, 8)}`;
  const anyone = new Api(server.url);
  const { status, body } = await anyone.call<{ user: OwnUserObject } & Tokens>('POST', '/auth/register', {
    username,
    password: TEST_PASSWORD,
    display_name: name,
  });
  if (status !== 201) throw new Error(`Registering ${username} answered ${status}: ${JSON.stringify(body)}`);
  const { user, ...tokens } = body;
  return { user, username, password: TEST_PASSWORD, tokens, api: new Api(server.url, tokens.access_token) };
}

/** Signs the same person in on one more device. */
export async function signInAgain(server: { url: string }, person: Person): Promise<Person> {
  const { status, body } = await new Api(server.url).call<{ user: OwnUserObject } & Tokens>(
    'POST',
    '/auth/login',
    {
      username: person.username,
      password: person.password,
    },
  );
  if (status !== 200)
    throw new Error(`Signing ${person.username} in answered ${status}: ${JSON.stringify(body)}`);
  const { user, ...tokens } = body;
  return { ...person, user, tokens, api: new Api(server.url, tokens.access_token) };
}
