import { type ConversationObject, hasRight, type Role, type Standing, type UserObject } from '@tpx/protocol';
import { type Client, type Conversation, eachPage } from '@tpx/sdk';

/** Who is in a group and who is banned from it, as far as it was asked. */
export type PeopleList = {
  members: readonly { user: UserObject; role: Role }[];
  banned: readonly UserObject[];
};

/** What is older is asked for again; meanwhile it still is what Tab shows at once. */
const FRESH_MS = 20_000;
/** Of a room with more members, Tab knows those and whoever is online or has written. */
const MEMBERS_MAX = 1_000;

/** Lists of people for Tab, kept for a moment: whoever presses it five times asks the server once. */
export class PeopleLists {
  readonly #client: Client;
  readonly #known = new Map<string, { at: number; list: PeopleList }>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** What is known without asking: those who are there or have written, or the last list. */
  now(conversation: Conversation): PeopleList {
    const known = this.#known.get(conversation.topic);
    if (known) return known.list;
    const { people } = this.#client;
    const ids = [
      ...conversation.onlineUsers.map(({ userId }) => userId),
      ...conversation.messages.filter(({ type }) => type !== 'system').map(({ sender_id }) => sender_id),
      ...(conversation.about.kind === 'dm' ? [conversation.about.user_a, conversation.about.user_b] : []),
    ];
    const users = [...new Set(ids)].flatMap((id) => people.peek(id) ?? []);
    return {
      members: users.map((user) => ({ user, role: roleOf(conversation.about, user.id) })),
      banned: [],
    };
  }

  /** Asked for where it is not fresh. @throws {Refusal} @throws {NetworkError} */
  async fetch(conversation: Conversation): Promise<PeopleList> {
    const known = this.#known.get(conversation.topic);
    if (known && Date.now() - known.at < FRESH_MS) return known.list;
    const { about } = conversation;
    if (about.kind === 'dm') {
      await Promise.all([about.user_a, about.user_b].map((id) => this.#client.people.get(id)));
      return this.now(conversation);
    }
    const list = {
      members: await this.#members(about.id),
      banned: hasRight(about.role ?? 'none', 'unban') ? await this.#banned(about.id) : [],
    };
    this.#known.set(conversation.topic, { at: Date.now(), list });
    return list;
  }

  async #members(id: string): Promise<PeopleList['members']> {
    const members: { user: UserObject; role: Role }[] = [];
    const pages = eachPage(
      (cursor) => this.#client.rest.groups.members(id, { limit: 100, cursor }),
      (page) => page.members,
    );
    for await (const page of pages) {
      members.push(...page.members);
      if (members.length >= MEMBERS_MAX) break;
    }
    return members;
  }

  async #banned(id: string): Promise<UserObject[]> {
    const { banned } = await this.#client.rest.groups.banned(id, { limit: 100 });
    return banned.map(({ user }) => user);
  }
}

/** Where somebody stands in the conversation that the list is of. */
export function standingIn({ members, banned }: PeopleList, userId: string): Standing {
  if (banned.some(({ id }) => id === userId)) return 'banned';
  return members.find(({ user }) => user.id === userId)?.role ?? 'none';
}

function roleOf(about: ConversationObject, userId: string): Role {
  if (about.kind === 'dm') return 'user';
  if (about.owner_id === userId) return 'owner';
  return about.admins.includes(userId) ? 'admin' : 'user';
}
