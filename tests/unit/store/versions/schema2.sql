-- A data file of schema 2, dumped. Never edit it: it stands for files people have.
PRAGMA application_id = 1297307458;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE case_result (
	eval_run_id TEXT NOT NULL, 
	case_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	scorer TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	score REAL, 
	scored_by TEXT NOT NULL, 
	why TEXT NOT NULL, 
	error TEXT NOT NULL, 
	finish TEXT NOT NULL, 
	ttft_s REAL, 
	tokens_per_s REAL, 
	tokens_in INTEGER, 
	tokens_out INTEGER, 
	total_s REAL, 
	cost_usd REAL, 
	source_document TEXT, 
	sensitive INTEGER NOT NULL, 
	tags TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (eval_run_id, case_id, model_id, scorer), 
	FOREIGN KEY(eval_run_id) REFERENCES eval_run (id) ON DELETE CASCADE
)
 STRICT

;
INSERT INTO "case_result" VALUES('01980000-0000-7000-8000-00000000000b','c1','local/demo-small','exact','scored','53 days',1.0,'','','','',0.012,NULL,120,NULL,NULL,NULL,NULL,0,'["policy"]','48fbcf52e2093b37a56b57c194fafd489168a1dd471f74a3b1f7cab226c67cb9');
CREATE TABLE comparison (
	id TEXT NOT NULL, 
	scenario_id TEXT, 
	at TEXT NOT NULL, 
	system TEXT NOT NULL, 
	prompt TEXT NOT NULL, 
	answers TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(scenario_id) REFERENCES scenario (id) ON DELETE CASCADE
)
 STRICT

;
INSERT INTO "comparison" VALUES('01980000-0000-7000-8000-00000000000c','01980000-0000-7000-8000-00000000000a','2026-11-21T12:00:00+00:00','','How many?','[{"model":"local/demo-small","text":"53 days","finish":"stop","ttft_s":0.01,"tokens_per_s":900.5,"tokens_in":12,"tokens_out":3,"total_s":0.02,"cost_usd":0.0,"memory_bytes":null,"error_what":"","error_where":"","error_mend":""},{"model":"local/demo-nano","text":"","finish":"failed","ttft_s":null,"tokens_per_s":null,"tokens_in":0,"tokens_out":0,"total_s":null,"cost_usd":0.0,"memory_bytes":null,"error_what":"It died","error_where":"pane 2","error_mend":"Again."}]','f87753e2f5923a5c29ffa68ab72e3cbbc1717038b2363b552608dffa19db4a87');
CREATE TABLE eval_run (
	id TEXT NOT NULL, 
	scenario_id TEXT, 
	name TEXT NOT NULL, 
	dataset_name TEXT NOT NULL, 
	dataset_hash TEXT NOT NULL, 
	case_count INTEGER NOT NULL, 
	model_ids TEXT NOT NULL, 
	scorers TEXT NOT NULL, 
	status TEXT NOT NULL, 
	started_at TEXT NOT NULL, 
	finished_at TEXT, 
	system_prompt TEXT NOT NULL, 
	sampling TEXT NOT NULL, 
	margin REAL NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(scenario_id) REFERENCES scenario (id) ON DELETE CASCADE
)
 STRICT

;
INSERT INTO "eval_run" VALUES('01980000-0000-7000-8000-00000000000b','01980000-0000-7000-8000-00000000000a','policy questions','policy.csv','00ff',3,'["local/demo-small","local/demo-nano"]','["exact","contains"]','running','2026-11-21T12:00:00+00:00',NULL,'','{"temperature":0.0,"top_p":1.0,"top_k":0,"seed":0,"max_tokens":256,"stop":[]}',0.05,'d2b62ebbbb71e47b9df45bc27ab3440b78fd6f02b741ae594ca147b65d219048');
CREATE TABLE scenario (
	id TEXT NOT NULL, 
	slug TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	updated_at TEXT NOT NULL, 
	deleted_at TEXT, 
	version INTEGER NOT NULL, 
	sample INTEGER NOT NULL, 
	step TEXT NOT NULL, 
	eval_dataset TEXT NOT NULL, 
	codec INTEGER NOT NULL, 
	answers TEXT NOT NULL, 
	criteria TEXT NOT NULL, 
	options TEXT NOT NULL, 
	decision TEXT NOT NULL, 
	filters TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "scenario" VALUES('01980000-0000-7000-8000-00000000000a','support-chat','Support chat','2026-11-21T12:00:00+00:00','2026-11-21T12:00:00+00:00',NULL,1,0,'data','',1,'{"job":"Answer: questions # all","tasks":["answering","code"],"requests_per_day":{"low":0.1,"likely":3.0,"high":1234567.8},"company_in_eu":false,"horizon_months":36,"discount_rate":0.07,"sensitivity":"unknown"}','[{"id":"setup_usd","title":"Set-up cost","unit":"USD","worst":100000,"best":0,"points":30},{"id":"monthly_usd","title":"Running cost","unit":"USD a month","worst":4000,"best":1000,"points":50},{"id":"privacy","title":"Privacy beyond the limit","unit":"0-100","worst":0,"best":100,"points":100},{"id":"weeks","title":"Time to market","unit":"weeks","worst":16,"best":4,"points":50},{"id":"quality","title":"Quality","unit":"0-100","worst":50,"best":100,"points":70},{"id":"independence","title":"Independence of one vendor","unit":"0-100","worst":0,"best":100,"points":40}]','[{"id":"A","name":"Größe: “alles”, 全部","strategy":"blend","summary":"two\nlines: with - signs # and marks","technique":"rag","data_flow":"clean-leaves","models":[{"model":"meta/llama-4-scout","offer":"self-host:nvidia-h100-sxmx1","role":"standard","share":0.8}],"figures":{"weeks":{"value":6,"origin":"yours","source":"a guess","as_of":"2026-03"},"monthly_usd":{"value":{"low":0.1,"likely":0.2,"high":333333333.3333333},"origin":"computed","source":"","as_of":""}},"proposed":true}]','{"option":"A","because":"because: it is","status":"accepted","decided_at":"2026-03-24","review_on":"","deciders":["Ann","null"],"consulted":[],"informed":[],"risks":[{"text":"a risk","owner":"an owner","mitigation":""}],"dissent":"","triggers":["yes","1e5","~",""],"confirmation":""}','{"open":true}','5ac5934589d56b226f06bfadab2ef94a156ef44bed63767598dda2594b4c6d0f');
CREATE UNIQUE INDEX scenario_slug ON scenario (slug);
CREATE INDEX comparison_scenario ON comparison (scenario_id);
CREATE INDEX eval_run_scenario ON eval_run (scenario_id);
COMMIT;
