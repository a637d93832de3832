/**
 * Lays out a chart with ELK. States are nodes, and so is the label of each
 * transition, between its source and its target, so that labels never overlap.
 * A transition without a target is shown inside its state's box.
 */
import Elk from "elkjs";
import type { ElkExtendedEdge, ElkNode, ElkPoint } from "elkjs/lib/elk-api.js";
import type { ChartState, ChartTransition } from "./chart.ts";
import { contentOf, type Size, stackOf } from "./label.ts";

export interface Box extends Size {
	readonly x: number;
	readonly y: number;
}

export interface Line {
	/** The id of the route, or of the initial dot. */
	readonly id: string;
	readonly points: readonly ElkPoint[];
	/** Whether it ends at a state; else at a label. */
	readonly arrives: boolean;
}

export interface Layout extends Size {
	readonly boxes: ReadonlyMap<string, Box>;
	readonly lines: readonly Line[];
	readonly routes: readonly Route[];
}

/** All transitions from one state to another: they share their lines. */
export interface Route {
	readonly id: string;
	readonly transitions: readonly ChartTransition[];
}

const OPTIONS = {
	"elk.algorithm": "layered",
	"elk.direction": "DOWN",
	"elk.hierarchyHandling": "INCLUDE_CHILDREN",
	"elk.edgeRouting": "ORTHOGONAL",
	"elk.layered.cycleBreaking.strategy": "DEPTH_FIRST",
	"elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
	// Lines may end anywhere on a border, so that most are straight.
	"elk.layered.nodePlacement.networkSimplex.nodeFlexibility.default":
		"PORT_POSITION",
	"elk.layered.compaction.postCompaction.strategy": "EDGE_LENGTH",
	"elk.spacing.nodeNode": "40",
	"elk.spacing.edgeNode": "24",
	"elk.spacing.edgeEdge": "10",
	"elk.layered.spacing.nodeNodeBetweenLayers": "20",
	"elk.layered.spacing.edgeNodeBetweenLayers": "12",
	"elk.layered.spacing.edgeEdgeBetweenLayers": "10",
	"elk.json.shapeCoords": "ROOT",
	"elk.json.edgeCoords": "ROOT",
};
const PAD = 16;
/** ELK gets boxes that are narrower by this on either side, so that no line ends at a corner. */
const CORNER = 11;
const DOT = 10;

/** The id of the dot that points to the initial state. */
export const dotOf = (state: string): string => `${state}/initial`;

export async function layOut(chart: ChartState): Promise<Layout> {
	const plan = new Plan(chart);
	const laid: ElkNode = await new Elk.default().layout({
		id: "chart",
		layoutOptions: {
			...OPTIONS,
			"elk.padding": "[top=2,left=2,bottom=2,right=2]",
		},
		children: [plan.root],
		edges: plan.edges,
	});
	const boxes = new Map<string, Box>();
	const keep = ({ id, x = 0, y = 0, children = [], ...size }: ElkNode) => {
		const { width = 0, height = 0 } = size;
		const by = children.length > 0 || width === DOT ? 0 : CORNER;
		boxes.set(id, { x: x - by, y, width: width + 2 * by, height });
		children.forEach(keep);
	};
	keep(laid);
	const lines = (laid.edges ?? []).flatMap(
		({ id, sources: [source = ""], sections = [] }) =>
			sections.map(({ startPoint, bendPoints = [], endPoint }) => ({
				id: id.slice(0, id.lastIndexOf(" ")),
				points: [
					below(plan.contents.get(source), startPoint, boxes.get(source)),
					...bendPoints,
					endPoint,
				].map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) })),
				arrives: id.endsWith(" in"),
			})),
	);
	const { width = 0, height = 0 } = laid;
	return { width, height, boxes, lines, routes: plan.routes };
}

/** A line from a state to one inside it begins below the outer state's own content. */
function below(content = 0, start: ElkPoint, box: Box | undefined): ElkPoint {
	return box && start.y === box.y ? { x: start.x, y: box.y + content } : start;
}

/** The graph for ELK. */
class Plan {
	readonly root: ElkNode;
	readonly edges: ElkExtendedEdge[] = [];
	readonly routes: Route[] = [];
	/** The height of each outer state's own content, above its inner states. */
	readonly contents = new Map<string, number>();
	readonly #nodes = new Map<string, ElkNode & { children: ElkNode[] }>();

	constructor(chart: ChartState) {
		this.root = this.#nodeOf(chart);
		this.#connect(chart);
	}

	#nodeOf(state: ChartState): ElkNode {
		const { id } = state;
		const { width, height } = contentOf(state);
		const isOuter = state.states.length > 0;
		const node = {
			id,
			width: isOuter ? width : width - 2 * CORNER,
			height,
			children: state.states.map((child) => this.#nodeOf(child)),
		};
		this.#nodes.set(id, node);
		if (!isOuter) return node;
		this.contents.set(id, height);
		const padding = `[top=${height + PAD},left=${PAD + CORNER},bottom=${PAD},right=${PAD + CORNER}]`;
		const layoutOptions = {
			...OPTIONS,
			"elk.padding": padding,
			"elk.nodeSize.constraints": "MINIMUM_SIZE",
			"elk.nodeSize.minimum": `(${width},${height})`,
		};
		return Object.assign(node, { layoutOptions });
	}

	#connect({ id, initial, states, transitions }: ChartState): void {
		if (initial) {
			const dot = { id: dotOf(id), width: DOT, height: DOT };
			this.#nodes.get(id)?.children.unshift(dot);
			this.#edge(dot.id, dot.id, initial, "in");
		}
		for (const state of states) this.#connect(state);
		for (const target of new Set(transitions.map(({ target }) => target))) {
			if (target === undefined) continue;
			const shared = transitions.filter((each) => each.target === target);
			const route = { id: `${id}>${target}`, transitions: shared };
			const { width, height } = stackOf(shared);
			const narrow = { id: route.id, width: width - 2 * CORNER, height };
			this.#nodes.get(this.#around(id, target))?.children.push(narrow);
			this.routes.push(route);
			this.#edge(route.id, id, route.id, "out");
			this.#edge(route.id, route.id, target, "in");
		}
	}

	#edge(of: string, source: string, target: string, way: "in" | "out"): void {
		const ends = { sources: [source], targets: [target] };
		this.edges.push({ id: `${of} ${way}`, ...ends });
	}

	/** The innermost state that contains both. */
	#around(source: string, target: string): string {
		if (target.startsWith(`${source}.`)) return source;
		const shared = target.split(".");
		do shared.pop();
		while (!source.startsWith(`${shared.join(".")}.`));
		return shared.join(".");
	}
}
