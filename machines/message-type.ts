/**
 * The types of the frames between browser and server. Types 0–5 are the
 * classic protocol. Types from 6 up are sent only to a client that asked for
 * the WebSocket subprotocol `plume.2`. PROTOCOL.md has an example of each.
 */
export const MessageType = {
	hello: 0,
	text: 1,
	auth: 2,
	authAck: 3,
	authRst: 4,
	mayNotEnter: 5,
	open: 6,
	welcome: 7,
	session: 8,
	pending: 9,
	ack: 10,
	refused: 11,
	system: 12,
	gap: 13,
	history: 14,
	signal: 15,
	erase: 16,
	logout: 17,
	rooms: 18,
	relation: 19,
	search: 20,
	own: 21,
} as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];
