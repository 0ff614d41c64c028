// Makes github.json: cuts GitHub's description of its API to the operations that
// are served here, with all that they refer to, and leaves its prose out.
//
//	npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
//	node github.cut.mjs package/generated/api.github.com.json github.json min
//
// An operation that is added here needs a route in routes.go.
import fs from 'node:fs';
const [,, src, dst, mode] = process.argv;
const keep = {
 '/repos/{owner}/{repo}': ['get'],
 '/repos/{owner}/{repo}/branches/{branch}': ['get'],
 '/repos/{owner}/{repo}/branches/{branch}/protection': ['get'],
 '/repos/{owner}/{repo}/rules/branches/{branch}': ['get'],
 '/repos/{owner}/{repo}/rulesets': ['get'],
 '/repos/{owner}/{repo}/rulesets/{ruleset_id}': ['get'],
 '/repos/{owner}/{repo}/check-runs': ['post'],
 '/repos/{owner}/{repo}/check-runs/{check_run_id}': ['get', 'patch'],
 '/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations': ['get'],
 '/repos/{owner}/{repo}/commits/{ref}/check-runs': ['get'],
 '/repos/{owner}/{repo}/commits/{ref}/status': ['get'],
 '/repos/{owner}/{repo}/commits/{ref}': ['get'],
 '/repos/{owner}/{repo}/compare/{basehead}': ['get'],
 '/repos/{owner}/{repo}/issues/{issue_number}/comments': ['get', 'post'],
 '/repos/{owner}/{repo}/issues/comments/{comment_id}': ['get', 'patch', 'delete'],
 '/repos/{owner}/{repo}/issues/{issue_number}/labels': ['get', 'post'],
 '/repos/{owner}/{repo}/git/tags': ['post'],
 '/repos/{owner}/{repo}/git/tags/{tag_sha}': ['get'],
 '/repos/{owner}/{repo}/git/refs': ['post'],
 '/repos/{owner}/{repo}/git/refs/{ref}': ['patch', 'delete'],
 '/repos/{owner}/{repo}/git/ref/{ref}': ['get'],
 '/repos/{owner}/{repo}/git/matching-refs/{ref}': ['get'],
 '/repos/{owner}/{repo}/git/blobs': ['post'],
 '/repos/{owner}/{repo}/git/trees': ['post'],
 '/repos/{owner}/{repo}/git/commits': ['post'],
 '/repos/{owner}/{repo}/contents/{path}': ['get', 'put'],
 '/repos/{owner}/{repo}/releases': ['get', 'post'],
 '/repos/{owner}/{repo}/releases/{release_id}': ['get', 'patch'],
 '/repos/{owner}/{repo}/releases/tags/{tag}': ['get'],
 '/repos/{owner}/{repo}/pulls': ['get', 'post'],
 '/repos/{owner}/{repo}/pulls/{pull_number}': ['get', 'patch'],
 '/repos/{owner}/{repo}/pulls/{pull_number}/files': ['get'],
 '/repos/{owner}/{repo}/pulls/{pull_number}/commits': ['get'],
 '/repos/{owner}/{repo}/pulls/{pull_number}/reviews': ['get', 'post'],
 '/repos/{owner}/{repo}/pulls/{pull_number}/comments': ['get', 'post'],
 '/repos/{owner}/{repo}/pulls/comments/{comment_id}': ['get', 'patch', 'delete'],
 '/repos/{owner}/{repo}/statuses/{sha}': ['post'],
 '/repos/{owner}/{repo}/commits/{commit_sha}/pulls': ['get'],
 '/repos/{owner}/{repo}/collaborators/{username}/permission': ['get'],
 '/repos/{owner}/{repo}/installation': ['get'],
 '/repos/{owner}/{repo}/hooks': ['get'],
 '/app': ['get'],
 '/app/hook/config': ['get'],
 '/app/installations': ['get'],
 '/app/installations/{installation_id}': ['get'],
 '/app/installations/{installation_id}/access_tokens': ['post'],
 '/installation/repositories': ['get'],
 '/app/hook/deliveries': ['get'],
 '/app/hook/deliveries/{delivery_id}': ['get'],
 '/app/hook/deliveries/{delivery_id}/attempts': ['post'],
 '/user': ['get'],
 '/meta': ['get'],
 '/rate_limit': ['get'],
};
const t0=Date.now();
const d = JSON.parse(fs.readFileSync(src,'utf8'));
const out = {openapi:d.openapi, info:d.info, servers:d.servers, externalDocs:d.externalDocs, paths:{}, components:{}};
let missing=[];
for (const [p,ms] of Object.entries(keep)) {
  if (!d.paths[p]) { missing.push(p); continue; }
  out.paths[p]={};
  if (d.paths[p].parameters) out.paths[p].parameters=d.paths[p].parameters;
  for (const m of ms) { if(!d.paths[p][m]) missing.push(m+' '+p); else out.paths[p][m]=d.paths[p][m]; }
}
const seen=new Set();
const strip = mode==='min';
function walk(x, key){
  if (Array.isArray(x)) return x.forEach(v=>walk(v));
  if (x && typeof x==='object') {
    if (strip) { for (const k of ['examples','example','x-octokit','x-github','externalDocs','description','tags','summary']) {
       // keep a *property* named so: only delete when it's schema/op keyword, i.e. not inside "properties"
       if (key!=='properties' && k in x && (k!=='description' || typeof x[k]==='string')) { delete x[k]; } }
       if (key==='responses') for (const r of Object.values(x)) if (r && !r.$ref && r.description===undefined) r.description='';
    }
    if (typeof x.$ref==='string' && x.$ref.startsWith('#/components/')) {
      if (!seen.has(x.$ref)) { seen.add(x.$ref);
        const [,, kind, ...rest]=x.$ref.split('/'); const name=rest.join('/').replace(/~1/g,'/').replace(/~0/g,'~');
        const tgt=d.components[kind][name]; (out.components[kind]??={})[name]=tgt;
        if(!(strip && kind==='examples')) walk(tgt);
        if (strip && kind==='responses' && tgt.description===undefined) tgt.description='';
      }
    }
    for (const [k,v] of Object.entries(x)) walk(v,k);
  }
}
walk(out.paths,'paths');
// response description is REQUIRED by OpenAPI
const fixResp=(rs)=>{for(const r of Object.values(rs??{})) if(r&&!r.$ref&&r.description===undefined) r.description='';};
for (const pi of Object.values(out.paths)) for (const op of Object.values(pi)) if(op.responses) fixResp(op.responses);
fixResp(out.components.responses);
if (strip) delete out.components.examples;
fs.writeFileSync(dst, JSON.stringify(out));
console.log({ms:Date.now()-t0, paths:Object.keys(d.paths).length, kept:Object.keys(out.paths).length, ops:Object.values(out.paths).reduce((a,p)=>a+Object.keys(p).filter(k=>k!=='parameters').length,0), components:Object.fromEntries(Object.entries(out.components).map(([k,v])=>[k,Object.keys(v).length])), bytes:fs.statSync(dst).size, missing, openapi:d.openapi, version:d.info.version});
