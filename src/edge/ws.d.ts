/** ws exports its frame encoder, but its published types leave it out. */
import "ws";

declare module "ws" {
	export const Sender: {
		frame(
			data: Buffer,
			options: {
				readonly fin: boolean;
				readonly opcode: number;
				readonly mask: boolean;
				readonly readOnly: boolean;
				readonly rsv1: boolean;
			},
		): Buffer[];
	};
}
