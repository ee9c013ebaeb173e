import {
  type ConversationId,
  type ConversationKind,
  type MessageId,
  type MessagePush,
  Refusal,
  type UserId,
} from '@tpx/protocol';
import type { z } from 'zod';
import { requireWriter, type Writer } from './access.ts';
import type { Draft } from './append.ts';
import { mentionedNames } from './mentioned-names.ts';
import type { MessageWriter, Sent } from './message-writer.ts';

export type SendRequest = z.output<typeof MessagePush>;

export type Sender = Writer & { userId: UserId; conversationId: ConversationId; kind: ConversationKind };

/**
 * The way of every message that a person sends, by whatever transport: validate, authorize, identify, enqueue. What
 * follows is the writer's: commit, then announce and acknowledge. Nothing is awaited before the writer has it, so the
 * sends of one connection are stored in the order in which they came (spec LOG-5).
 *
 * @throws {Refusal} unsupported_media, banned, not_member, forbidden, blocked, not_found, unavailable
 */
export function sendMessage(writer: MessageWriter, sender: Sender, request: SendRequest): Promise<Sent> {
  validate(request);
  requireWriter(sender);
  return writer.append(identify(sender, request));
}

function validate(request: SendRequest): asserts request is Extract<SendRequest, { type: 'text' }> {
  if (request.type !== 'text') {
    throw new Refusal(
      'unsupported_media',
      'This server does not take pictures, sounds and files yet. Send text.',
    );
  }
}

function identify(sender: Sender, request: Extract<SendRequest, { type: 'text' }>): Draft {
  const encryption = request.encryption ?? null;
  return {
    id: Bun.randomUUIDv7() as MessageId,
    conversationId: sender.conversationId,
    kind: sender.kind,
    senderId: sender.userId,
    clientId: request.client_id ?? null,
    type: request.type,
    // Content that is encrypted as well would be readable after all.
    content: encryption === null ? (request.content ?? null) : null,
    encryption,
    replyTo: request.reply_to ?? null,
    mentionedNames: encryption === null && request.content ? mentionedNames(request.content.text) : [],
    rightsVersion: sender.rightsVersion,
  };
}
