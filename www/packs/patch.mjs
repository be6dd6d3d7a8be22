// RDKit's glue without `new Function`: the sealed page allows no 'unsafe-eval'. Two functions of embind make their
// invokers from text; here they make the same ones from closures. The text that is replaced is named by its beginning,
// its end and its hash: another version of the package fails the build, loudly, until somebody has read it again.
//
//     node www/packs/patch.mjs      from node_modules to www/pkg/

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FROM = join(ROOT, "node_modules/@rdkit/rdkit/dist/");
const TO = join(ROOT, "www/pkg/");

/**
 * embind's `createJsInvoker(argTypes, isClassMethodFunc, returns, isAsync)`: a maker of the function that converts the
 * arguments, calls into wasm, and gives back what the conversion borrowed. The order of the maker's arguments is that
 * of `craftInvokerFunction`: seven fixed ones, the stack's two where a frame is used, a conversion for each argument,
 * and, where there is no list of destructors, one for each type that has one.
 */
const INVOKER = `function createJsInvoker(argTypes,isClassMethodFunc,returns,isAsync){
var needsDestructorStack=usesDestructorStack(argTypes);
var argsNeedStack=argsUseStackAlloc(argTypes);
var useStackFrame=argsNeedStack&&!isAsync&&!needsDestructorStack;
if(argsNeedStack&&!useStackFrame){needsDestructorStack=true}
var argCount=argTypes.length-2;
var owners=[];
for(var i=isClassMethodFunc?1:2;i<argTypes.length;++i){if(argTypes[i].destructorFunction!==null)owners.push(i)}
return function(humanName,throwBindingError,invoker,fn,runDestructors,fromRetWire,toClassParamWire,...rest){
var save=useStackFrame?rest.shift():null;
var restore=useStackFrame?rest.shift():null;
var toArgWire=rest.slice(0,argCount);
var dtors=rest.slice(argCount);
return function(...args){
var destructors=needsDestructorStack?[]:null;
var wired=[fn];
var sp=save?save():0;
var rv;
try{
if(isClassMethodFunc)wired.push(toClassParamWire(destructors,this));
for(var i=0;i<argCount;++i)wired.push(toArgWire[i](destructors,args[i]));
rv=invoker(...wired);
}finally{if(restore)restore(sp)}
if(needsDestructorStack)runDestructors(destructors);
else for(var j=0;j<owners.length;++j)dtors[j](wired[owners[j]-(isClassMethodFunc?0:1)]);
if(returns)return fromRetWire(rv);
}
}
}`;

/** The part of embind's `__emval_create_invoker` that joins a text: from the captured names to the made function. */
const CALLER = `var at=args=>argFromPtr.map((read,i)=>read(args+i*GenericWireTypeSize));
var call;
switch(kind){
case 0:call=(handle,methodName,args)=>Emval.toValue(handle)(...at(args));break;
case 2:call=(handle,methodName,args)=>new(Emval.toValue(handle))(...at(args));break;
case 3:call=(handle,methodName,args)=>at(args).pop();break;
case 1:call=(handle,methodName,args)=>Emval.toValue(handle)[getStringOrSymbol(methodName)](...at(args));break
}
var invokerFunction=retType.isVoid?(handle,methodName,destructorsRef,args)=>{call(handle,methodName,args)}
:(handle,methodName,destructorsRef,args)=>emval_returnValue(toReturnWire,destructorsRef,call(handle,methodName,args));`;

const PARTS = [
  { from: "function createJsInvoker(", to: "function craftInvokerFunction(", sha256: "99e692a8da615625df5a67e6b75e09330480512a71ca41e683508d938a5c3274", by: INVOKER },
  { from: "var captures={toValue:Emval.toValue};", to: "var functionName=`methodCaller<", sha256: "6c57c6358dc1439e41a683d189b814dfb203219675be03dfbaf776c8fb35fe24", by: CALLER },
];

/** What makes code from text; none may be left. */
const EVAL = /new Function|\beval\s*\(|\bFunction\s*\(|\.constructor\s*\(\s*["'`]|setTimeout\s*\(\s*["'`]/;

/** The glue without code from text. @param {string} glue as the package has it @returns {string} */
export function patch(glue) {
  let out = glue;
  for (const { from, to, sha256, by } of PARTS) {
    const start = out.indexOf(from);
    const end = out.indexOf(to, start);
    if (start < 0 || end < 0 || out.indexOf(from, start + 1) >= 0) throw new Error(`RDKit's glue: "${from}" … "${to}" is not there once`);
    const found = createHash("sha256").update(out.slice(start, end)).digest("hex");
    if (found !== sha256) throw new Error(`RDKit's glue: the text from "${from}" changed (sha256 ${found}); read it, then mend www/packs/patch.mjs`);
    out = out.slice(0, start) + by + out.slice(end);
  }
  const left = EVAL.exec(out);
  if (left) throw new Error(`RDKit's glue still makes code from text: ${out.slice(Math.max(0, left.index - 60), left.index + 60)}`);
  return out;
}

/** The package's glue and engine, as they are installed. */
export const installed = { glue: join(FROM, "RDKit_minimal.js"), wasm: join(FROM, "RDKit_minimal.wasm") };

/** RDKit's licence asks that its notice go with it: it opens the file that the page loads. */
const NOTICE = join(ROOT, "www/packs/LICENSE-rdkit.txt");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(TO, { recursive: true });
  writeFileSync(join(TO, "molecules.js"), `/*! RDKit (https://www.rdkit.org), changed: no code from text.\n\n${readFileSync(NOTICE, "utf8").trim()}\n*/\n${patch(readFileSync(installed.glue, "utf8"))}`);
  copyFileSync(installed.wasm, join(TO, "molecules.wasm"));
}
