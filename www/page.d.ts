// What the page holds, beside what crosses the boundary (protocol.d.ts).

import type { Engine } from "./engine.js";
import type {
  Answer, Ask, Data, Finding, Job as Planned, LabelPlan, Lined, Listing, Mapping, Note, Pick as Choice, Plan as Planfile, Preparation, ReadOptions, Reply,
  Gaps, Report, Request, Roles, Round, SampleSize, Shift, Suggestion, Summary, Unit,
} from "./protocol.js";
import type { Seal } from "./seal.js";
import type { Table } from "./charts/table.js";

export type Side = "source" | "target";
export type Stage = "data" | "shift" | "method" | "run" | "verdict" | "why" | "keep";
export type Facts = [string, unknown][] | Record<string, unknown>;

/** The name of the answer to each question. */
type Answers = {
  methods: "methods"; load: "loaded"; suggest: "suggestion"; suspects: "suspects"; line_up: "lined_up"; line_up_model: "lined_up"; default_plan: "plan";
  read_plan: "plan"; prepare: "prepared"; keep_pretrained: "kept"; shift: "shift"; run: "ran"; report: "report"; extract_model: "model"; model_info: "model";
  predict: "predicted"; shape: "shape"; manifest: "manifest";
};
type Beside = { /** What travelled beside it. */ buffers: ArrayBuffer[] };
/** What a desk answers to `A`. */
export type Answered<A extends Ask> = Extract<Answer, { type: Answers[A["type"]] }> & Beside;
/** What the engine replies to `R`. */
export type Replied<R extends Request> = Extract<Reply, { type: R["type"] }> & Beside;

/** Whatever was thrown; words.js says it. */
export type Thrown = unknown;

/** A plan as the engine writes it: nothing is left out. */
export type Plan = Planfile & { others: Planfile["transfer"][]; preparation: Preparation & { source_roles: Roles; mapping: Mapping } };

/** A file that was opened: what was asked, what was recognised, and the table as the engine keeps it. */
export type Opened = {
  id: number;
  side: Side;
  name: string;
  file: File;
  /** The other files of a matrix in three. */
  parts?: File[];
  /** What a person chose; the rest is found. */
  options: ReadOptions;
  summary: Summary | null;
  table: ArrayBuffer | null;
  failure: Thrown;
  busy: { done: number; total: number } | null;
  /** Ends the reading. */
  reading: AbortController | null;
  /** The options that gave `table`, for when another reading is stopped. */
  before: ReadOptions;
  /** Notes that only the other tables make: a column that is 0 here and never there. */
  between: Note[];
  /** To the questions about missing codes: `column\0value`. */
  answers: Record<string, boolean>;
  /** The fingerprints of its molecules. */
  compounds?: Compounds | null;
};
/** A row that is no molecule. */
export type NoMolecule = { row: number; smiles: string; why: string; said: string };
/** A table with fingerprints, and the file that stood in its place. */
export type Fingerprints = { file: File; done: number; left: NoMolecule[]; bits: number; column: string; original: Pick<Opened, "file" | "name" | "options" | "before" | "answers"> };
export type Compounds = { done: number; total: number; /** While they are computed. */ stop: AbortController | null; failure: Thrown; made: Fingerprints | null };
/** One that was read. */
export type Readable = Opened & { summary: Summary; table: ArrayBuffer };

/** A saved pre-trained model that stands for the source. */
export type SourceModel = { name: string; bytes: ArrayBuffer; method: string; meta: unknown };

/** One of the list, and with its files where the address names it. */
export type Example = {
  id: string;
  files: { source: string[]; target: string };
  label: string;
  event: string;
  set: string;
  read?: Partial<Record<Side, ReadOptions>>;
  /** What has to be loaded beside the engine. */
  pack?: "molecules";
  plan?: Partial<Plan>;
};
export type LoadedExample = Example & { sources: File[]; targetFile: File };

export type Prepared = { data: Data; findings: Finding[]; jobs: Planned[]; verdict_possible: boolean; sample_size?: SampleSize | null; missing?: Gaps };

/** Which device, measured; `pending` while that is going on. */
export type Measured = Partial<Choice> & { pending?: boolean };

/** A unit of the run, and how far it is. */
export type Job = Planned & {
  /** Its unit as text: what it is known by. */
  key: string;
  status: "waiting" | "running" | "done" | "failed";
  /** The worker that did it in this visit; null where a file brought it. */
  worker: number | null;
  /** Milliseconds that it took, pauses left out. */
  ms: number;
  /** When it began, by the run's clock. */
  began: number;
  summary: unknown;
  bytes: ArrayBuffer | null;
  failure: Thrown;
  tries: number;
};
export type Phase = { name: string; facts: [string, string][]; unit: Unit; done: number; total: number };
export type Point = { step: number; term: string; value: number };
export type Curve = { key: string; name: string; unit: Unit; points: Point[] };

export type Run = {
  status: "idle" | "running" | "paused" | "stopping" | "stopped" | "failed" | "done";
  jobs: Job[];
  plan: Plan;
  /** The ids of the compared methods; a unit names one by its place here. */
  methods: string[];
  startedAt: number;
  /** When the pause began that is now, and milliseconds of all before it. */
  pausedAt: number | null;
  pausedMs: number;
  /** Workers at work. */
  places: number;
  reporting: boolean;
  /** By worker. */
  phases: Record<number, Phase>;
  losses: Record<number, Curve>;
  /** Of the fit that labels rows on its own, by worker. */
  rounds: Record<number, Round[]>;
  failure: Thrown;
};

export type Scoring = { model?: File; table?: File; result: Table | null; failure: Thrown };
/** A sentence for the reader. */
export type Notice = { failure: Thrown } | { key: string; facts: Facts };

export type State = {
  stage: Stage;
  engine: Engine | null;
  seal: Seal | null;
  examples: Example[];
  /** The one that was opened. */
  example: LoadedExample | null;
  methods: Listing[];
  /** RDKit, where the address asked for it before the seal. */
  molecules: { pack: import("./packs.js").Molecules | null; failure: string | null };
  opened: Opened[];
  sourceModel: SourceModel | null;
  /** What the engine proposed for label, roles and mapping. */
  suggestion: Suggestion | null;
  /** How the columns of both sides correspond. */
  lined: Lined | null;
  roles: Record<Side, Roles>;
  plan: Plan | null;
  /** An opened plan that waits for its tables. */
  savedPlan: Plan | null;
  prepared: Prepared | null;
  /** Why the data cannot be used as they are. */
  dataFailure: Thrown;
  /** The key of what is being computed now. */
  working: "suggest" | "line_up" | "prepare" | "shift" | null;
  shift: Shift | null;
  shiftFailure: Thrown;
  measured: Measured | null;
  run: Run | null;
  report: Report | null;
  /** Whether the results were downloaded. */
  saved: boolean;
  scoring: Scoring | null;
  notice: Notice | null;
};

export type { Finding, LabelPlan, Note, Report, Roles, Unit };
