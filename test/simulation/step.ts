/** One line of a story: what somebody, or a disk, does to the server. */
import fc from "fast-check";
import type { Guest } from "./guest.ts";
import type { World } from "./world.ts";

/** Plain knowledge of the world: how many steps this history has had. */
export interface Model {
	steps: number;
}

export type Step = fc.AsyncCommand<Model, World>;

/** A step runs on a living server: one that died is started again first. */
export function step(
	story: string,
	act: (world: World) => void | Promise<void>,
): Step {
	return {
		check: () => true,
		async run(model, world) {
			model.steps++;
			if (world.isDead) await world.crash(model.steps);
			await act(world);
			world.check();
		},
		toString: () => story,
	};
}

export const nth = fc.nat({ max: 3 });
export const wait = fc.boolean();

/** One of those who are inside, where people do most of what they do. */
export function insider({ guests }: World, which: number): Guest | undefined {
	const inside = guests.filter(({ person }) => person?.isIn);
	return inside[which % inside.length];
}
