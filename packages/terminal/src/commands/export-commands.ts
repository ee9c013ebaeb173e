import { LIMITS, type MessageObject } from '@tpx/protocol';
import { type Conversation, PageWalk } from '@tpx/sdk';
import { command } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { learnTitles, titleOf } from './conversation-names.ts';
import { findConversation } from './find-conversation.ts';
import { requireCurrent } from './permission.ts';

export const EXPORT_COMMANDS = [
  command({
    name: 'export',
    aliases: [],
    args: [{ name: 'conversation', kind: 'conversation', rest: true, optional: true }],
    help: 'Write a conversation, the open one unless you name another, into a file of JSON lines.',
    details: 'The first line is the conversation, then every message as it is now.',
    permission: { needs: 'account' },
    async run(context, { conversation: text }) {
      const conversation =
        text === undefined ? requireCurrent(context) : await findConversation(context, text);
      await learnTitles(context, [conversation]);
      const lines = await conversationLines(context, conversation);
      return await write(context, titleOf(conversation, context), lines);
    },
    show: exportedLines,
  }),
  command({
    name: 'export account',
    aliases: ['export me'],
    args: [],
    help: 'Write everything of yours into a file of JSON lines: profile, sessions, all conversations.',
    permission: { needs: 'account' },
    async run(context) {
      const { client } = context;
      const { sessions } = await client.rest.auth.sessions();
      let lines = [
        line('user', await client.refreshMe()),
        ...sessions.map((session) => line('session', session)),
      ];
      // Not as arguments of a call, of which there can't be a million.
      for (const conversation of client.conversations)
        lines = lines.concat(await conversationLines(context, conversation));
      return await write(context, client.me.username ?? 'account', lines);
    },
    show: exportedLines,
  }),
] as const;

async function conversationLines(
  { client, progress }: CommandContext,
  { about, kind, id }: Conversation,
): Promise<string[]> {
  const lines = [line('conversation', about)];
  const walk = new PageWalk();
  for (let after = 0, more = true; more; ) {
    const page = await client.rest.messages.history(kind, id, { after, limit: LIMITS.pageMax });
    walk.took(page);
    lines.push(...page.messages.map((message: MessageObject) => line('message', message)));
    after = page.messages.at(-1)?.seq ?? after;
    more = page.has_more && page.messages.length > 0;
    progress(`${lines.length - 1} messages read`);
  }
  return lines;
}

function line(kind: string, value: object): string {
  return JSON.stringify({ record: kind, ...value });
}

async function write({ ports }: CommandContext, title: string, lines: readonly string[]) {
  const safe = title.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'conversation';
  const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, '-');
  const path = await ports.files.write(`tpx-${safe}-${stamp}.jsonl`, `${lines.join('\n')}\n`);
  return { path, records: lines.length };
}

function exportedLines({ path, records }: { path: string; records: number }): string[] {
  return [`${records} records are in ${path}`];
}
