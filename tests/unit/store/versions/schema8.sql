-- A data file of schema 8, dumped. Never edit it: it stands for files people have.
PRAGMA application_id = 1297307458;
PRAGMA user_version = 8;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('0008');
CREATE TABLE call (
	id TEXT NOT NULL, 
	at TEXT NOT NULL, 
	host TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	scenario_id TEXT, 
	data TEXT NOT NULL, 
	local INTEGER NOT NULL, 
	bytes_out INTEGER NOT NULL, 
	bytes_in INTEGER NOT NULL, 
	outcome TEXT NOT NULL, 
	status INTEGER, 
	ended_at TEXT NOT NULL, 
	why TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
CREATE TABLE catalog_import (
	id TEXT NOT NULL, 
	at TEXT NOT NULL, 
	importer TEXT NOT NULL, 
	file TEXT NOT NULL, 
	as_of TEXT NOT NULL, 
	accepted INTEGER NOT NULL, 
	counts TEXT NOT NULL, 
	undone_at TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "catalog_import" VALUES('01a219db-0000-7000-8000-000000000001','2026-11-25T12:00:00+00:00','litellm','model_prices.json','2026-11-25',1,'{"changed":1}','','c47b933b89313331b2228490632be8dd15d36495e7badc49d89c3b44081b7e34');
CREATE TABLE catalog_own (
	id TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	target TEXT NOT NULL, 
	part TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	note TEXT NOT NULL, 
	entered_at TEXT NOT NULL, 
	ended_at TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
INSERT INTO "catalog_own" VALUES('01a219db-0000-7000-8000-000000000002','offer','openai/gpt-4o','openai','{"output_usd_per_mtok":9.5}','contract 77','2026-11-25T12:00:01.000+00:00','','383ba5457b7e9ce4c2222794ee5da242992d994905d764bf845d69da7faaf4f9');
CREATE TABLE catalog_quote (
	import_id TEXT NOT NULL, 
	place INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	part TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	source TEXT NOT NULL, 
	as_of TEXT NOT NULL, 
	beside INTEGER NOT NULL, 
	over TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (import_id, place), 
	FOREIGN KEY(import_id) REFERENCES catalog_import (id) ON DELETE CASCADE
)
 STRICT

;
INSERT INTO "catalog_quote" VALUES('01a219db-0000-7000-8000-000000000001',0,'offer','openai/gpt-4o','openai','{"input_usd_per_mtok":2.25}','litellm model_prices.json key=gpt-4o','2026-11-25',0,'2026-11-10','53f1bd45f65f24d844a5592fc92f43808ac96084a67cb19573fbf8e9fa73594f');
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
INSERT INTO "comparison" VALUES('01a219f0-0000-7000-8000-000000000001','01a219e4-ad90-7bdf-9ce0-4fd04e34ea4b','2026-11-21T12:00:00+00:00','','How many?','[{"model":"A","text":"53 days","finish":"","ttft_s":null,"tokens_per_s":null,"tokens_in":0,"tokens_out":0,"total_s":null,"cost_usd":null,"memory_bytes":null,"error_what":"","error_where":"","error_mend":"","error_kind":"","itl_p50_s":null,"itl_p95_s":null,"reasoning_tokens":0,"note":"","local":true},{"model":"B","text":"","finish":"","ttft_s":null,"tokens_per_s":null,"tokens_in":0,"tokens_out":0,"total_s":null,"cost_usd":null,"memory_bytes":null,"error_what":"This answer failed","error_where":"","error_mend":"","error_kind":"","itl_p50_s":null,"itl_p95_s":null,"reasoning_tokens":0,"note":"","local":true}]','22ebbccd884d569c3dbb3c3e793edeaf61b05a1501085882a7952a1df1ef44aa');
CREATE TABLE comparison_detail (
	comparison_id TEXT NOT NULL, 
	template TEXT NOT NULL, 
	variables TEXT NOT NULL, 
	attachments TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	continues TEXT NOT NULL, 
	hidden TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (comparison_id), 
	FOREIGN KEY(comparison_id) REFERENCES comparison (id) ON DELETE CASCADE
)
 STRICT

;
INSERT INTO "comparison_detail" VALUES('01a219f0-0000-7000-8000-000000000001','How many {what}?','[["what","days"]]','[{"name":"a.txt","text":"the text","media_type":"text/plain","data":"","note":""}]','[]','','C!~-84`xHl^%*W6KLwDOR(Ba8F^xDyfo^-X;(ks(>Ffm9`8?k$)rCP)`}SeE0AkfPYPwyV;~co}-r#5Qp#7ciR3=elGlX@Y6x>97Dl39g`0@hxZ69A)ZSYN<VM@Gz+)q<vWIpRKV$U(nM3e({#f*4Z#>ZWacIBSJd}KJn`Yy4o9C^WQJ*+Ka4uP7dkBSM&F1pvy4^^ppROnzVO<L<GMSahl*Qb4<G9?<S=7&NeBoi;6LJ4X8Zv9AmoU=BE4WYYEkf_0NNgIT*;e5jFr9un1xfm1&{51GQ?SGU#S;DULmmVEe+*m6lg!@VpB#F7*;eRDoKe;YNw@3a*c-cZxE@B=3_P_S-?-nlfn@7&5zD!^hV09ieJkQgpoc>{A5HmP}Ye4!3C1u0sUon<~38f@>Sh|O`FiqhTHVnz#kIc7wkb9{@(4XrAWpQ@*kilN6Y{B0e','86b8446c2722ce740b09f819d2153da60905a3c9148af28b70f266beb5b341eb');
CREATE TABLE data_set (
	hash TEXT NOT NULL, 
	name TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	added_at TEXT NOT NULL, 
	source TEXT NOT NULL, 
	case_count INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (hash)
)
 STRICT

;
INSERT INTO "data_set" VALUES('abababababababababababababababababababababababababababababababab','leave',1,'2026-11-27T00:00:00+00:00','leave.csv',1,'eJwdjbsOQDAUhl9F/tlkY7Garc0ZTvSgiV6iFUS8u9b4/dcHE0eJ6NQDo9HBO0EN48KRMg3+rCy7u9J8xz4bcgWZkpRk0/5qFhMvZQHrDqoxG9l0YYUkbLM/jCB6qbTZhu2/o/cDdBUnKg==','a82ad3a74966b69e833e7f2bf87179d919d7cd6d4619c5fa199438551ddee6c5');
CREATE TABLE decision_version (
	id TEXT NOT NULL, 
	scenario_id TEXT NOT NULL, 
	at TEXT NOT NULL, 
	why TEXT NOT NULL, 
	codec INTEGER NOT NULL, 
	content TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(scenario_id) REFERENCES scenario (id) ON DELETE CASCADE
)
 STRICT

;
INSERT INTO "decision_version" VALUES('01a21a09-a7b7-7780-9321-d516ccc69a45','01a219e4-ad90-7bdf-9ce0-4fd04e34ea4b','2026-11-21T13:00:00+00:00','accepted',2,'{"id":"01a219e4-ad90-7bdf-9ce0-4fd04e34ea4b","name":"Support chat","created_at":"2026-11-21T12:00:00+00:00","updated_at":"2026-11-21T12:00:00+00:00","sample":false,"eval_dataset":"","step":"data","answers":{"job":"Answer: questions # all","tasks":["answering","code"],"requests_per_day":{"low":0.1,"likely":3.0,"high":1234567.8},"company_in_eu":false,"horizon_months":36,"discount_rate":0.07,"sensitivity":"unknown"},"criteria":[{"id":"setup_usd","title":"Set-up cost","unit":"USD","worst":100000,"best":0,"points":30},{"id":"monthly_usd","title":"Running cost","unit":"USD a month","worst":4000,"best":1000,"points":50},{"id":"privacy","title":"Privacy beyond the limit","unit":"0-100","worst":0,"best":100,"points":100},{"id":"weeks","title":"Time to market","unit":"weeks","worst":16,"best":4,"points":50},{"id":"quality","title":"Quality","unit":"0-100","worst":50,"best":100,"points":70},{"id":"independence","title":"Independence of one vendor","unit":"0-100","worst":0,"best":100,"points":40}],"options":[{"id":"A","name":"Größe: “alles”, 全部","strategy":"blend","summary":"two\nlines: with - signs # and marks","technique":"rag","data_flow":"clean-leaves","models":[{"model":"meta/llama-4-scout","offer":"self-host:nvidia-h100-sxmx1","role":"standard","share":0.8}],"figures":{"weeks":{"value":6,"origin":"yours","source":"a guess","as_of":"2026-03"},"monthly_usd":{"value":{"low":0.1,"likely":0.2,"high":333333333.3333333},"origin":"computed","source":"","as_of":""}},"proposed":true}],"decision":{"option":"A","because":"because: it is","status":"accepted","decided_at":"2026-03-24","review_on":"","deciders":["Ann","null"],"consulted":[],"informed":[],"risks":[{"text":"a risk","owner":"an owner","mitigation":""}],"dissent":"","triggers":["yes","1e5","~",""],"confirmation":""},"filters":{"open":true}}','49ffa57dc76b966963c4d5757f052885f943299fb7ff72e43dce7cc4f16f7a2c');
CREATE TABLE eval_answer (
	eval_run_id TEXT NOT NULL, 
	case_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	repeat INTEGER NOT NULL, 
	content_key TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	error TEXT NOT NULL, 
	finish TEXT NOT NULL, 
	ttft_s REAL, 
	tokens_per_s REAL, 
	tokens_in INTEGER, 
	tokens_out INTEGER, 
	total_s REAL, 
	cost_usd REAL, 
	cached INTEGER NOT NULL, 
	at_once INTEGER NOT NULL, 
	source_document TEXT, 
	sensitive INTEGER NOT NULL, 
	tags TEXT NOT NULL, 
	answered_at TEXT NOT NULL, 
	details TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (eval_run_id, case_id, model_id, repeat), 
	FOREIGN KEY(eval_run_id) REFERENCES eval_run (id) ON DELETE CASCADE
)
 STRICT

;
CREATE TABLE eval_mark (
	id TEXT NOT NULL, 
	eval_run_id TEXT NOT NULL, 
	case_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	repeat INTEGER NOT NULL, 
	scorer TEXT NOT NULL, 
	score REAL NOT NULL, 
	was REAL, 
	at TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	why TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(eval_run_id) REFERENCES eval_run (id) ON DELETE CASCADE
)
 STRICT

;
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
CREATE TABLE eval_score (
	eval_run_id TEXT NOT NULL, 
	case_id TEXT NOT NULL, 
	model_id TEXT NOT NULL, 
	repeat INTEGER NOT NULL, 
	scorer TEXT NOT NULL, 
	score REAL, 
	scored_by TEXT NOT NULL, 
	label TEXT NOT NULL, 
	why TEXT NOT NULL, 
	error TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (eval_run_id, case_id, model_id, repeat, scorer), 
	FOREIGN KEY(eval_run_id) REFERENCES eval_run (id) ON DELETE CASCADE
)
 STRICT

;
CREATE TABLE eval_setting (
	eval_run_id TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (eval_run_id), 
	FOREIGN KEY(eval_run_id) REFERENCES eval_run (id) ON DELETE CASCADE
)
 STRICT

;
CREATE TABLE judge_card (
	id TEXT NOT NULL, 
	judge TEXT NOT NULL, 
	rubric TEXT NOT NULL, 
	at TEXT NOT NULL, 
	content TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
CREATE TABLE payment (
	id TEXT NOT NULL, 
	at TEXT NOT NULL, 
	day TEXT NOT NULL, 
	scenario_id TEXT, 
	provider TEXT NOT NULL, 
	model TEXT NOT NULL, 
	"key" TEXT, 
	state TEXT NOT NULL, 
	most_usd REAL NOT NULL, 
	usd REAL, 
	tokens_in INTEGER, 
	tokens_out INTEGER, 
	ended_at TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
CREATE TABLE provider_account (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	protocol TEXT NOT NULL, 
	base_url TEXT NOT NULL, 
	needs_key INTEGER NOT NULL, 
	changed_at TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id)
)
 STRICT

;
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
INSERT INTO "scenario" VALUES('01a219e4-ad90-7bdf-9ce0-4fd04e34ea4b','support-chat','Support chat','2026-11-21T12:00:00+00:00','2026-11-21T12:00:00+00:00',NULL,1,0,'data','',1,'{"job":"Answer: questions # all","tasks":["answering","code"],"requests_per_day":{"low":0.1,"likely":3.0,"high":1234567.8},"company_in_eu":false,"horizon_months":36,"discount_rate":0.07,"sensitivity":"unknown"}','[{"id":"setup_usd","title":"Set-up cost","unit":"USD","worst":100000,"best":0,"points":30},{"id":"monthly_usd","title":"Running cost","unit":"USD a month","worst":4000,"best":1000,"points":50},{"id":"privacy","title":"Privacy beyond the limit","unit":"0-100","worst":0,"best":100,"points":100},{"id":"weeks","title":"Time to market","unit":"weeks","worst":16,"best":4,"points":50},{"id":"quality","title":"Quality","unit":"0-100","worst":50,"best":100,"points":70},{"id":"independence","title":"Independence of one vendor","unit":"0-100","worst":0,"best":100,"points":40}]','[{"id":"A","name":"Größe: “alles”, 全部","strategy":"blend","summary":"two\nlines: with - signs # and marks","technique":"rag","data_flow":"clean-leaves","models":[{"model":"meta/llama-4-scout","offer":"self-host:nvidia-h100-sxmx1","role":"standard","share":0.8}],"figures":{"weeks":{"value":6,"origin":"yours","source":"a guess","as_of":"2026-03"},"monthly_usd":{"value":{"low":0.1,"likely":0.2,"high":333333333.3333333},"origin":"computed","source":"","as_of":""}},"proposed":true}]','{"option":"A","because":"because: it is","status":"accepted","decided_at":"2026-03-24","review_on":"","deciders":["Ann","null"],"consulted":[],"informed":[],"risks":[{"text":"a risk","owner":"an owner","mitigation":""}],"dissent":"","triggers":["yes","1e5","~",""],"confirmation":""}','{"open":true}','7dd4bfcb3d82b4a0b8f7dd8902b800b158f8ce728d851b8b8f821e2171396884');
CREATE TABLE spend_cap (
	scenario_id TEXT NOT NULL, 
	usd REAL NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (scenario_id), 
	FOREIGN KEY(scenario_id) REFERENCES scenario (id) ON DELETE CASCADE
)
 STRICT

;
CREATE TABLE vote (
	id TEXT NOT NULL, 
	comparison_id TEXT NOT NULL, 
	rater TEXT NOT NULL, 
	at TEXT NOT NULL, 
	left_place INTEGER NOT NULL, 
	right_place INTEGER NOT NULL, 
	choice TEXT NOT NULL, 
	is_repeat INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(comparison_id) REFERENCES comparison (id) ON DELETE CASCADE
)
 STRICT

;
INSERT INTO "vote" VALUES('01a219f0-0000-7000-8000-000000000002','01a219f0-0000-7000-8000-000000000001','Ann','2026-11-26T12:00:00+00:00',0,1,'tie',0,'9c34f7f849e31d93b623b23b6dcab0e8a9e5c56c87510c5c945e8ef45b3c8ca3');
CREATE UNIQUE INDEX scenario_slug ON scenario (slug);
CREATE INDEX catalog_own_target ON catalog_own (target);
CREATE INDEX comparison_scenario ON comparison (scenario_id);
CREATE INDEX eval_run_scenario ON eval_run (scenario_id);
CREATE INDEX catalog_quote_model ON catalog_quote (model_id);
CREATE UNIQUE INDEX vote_once ON vote (comparison_id, rater, left_place, right_place);
CREATE INDEX decision_version_scenario ON decision_version (scenario_id);
CREATE INDEX call_scenario ON call (scenario_id);
CREATE INDEX payment_day ON payment (day);
CREATE INDEX payment_scenario ON payment (scenario_id);
CREATE INDEX payment_key ON payment ("key");
CREATE INDEX eval_answer_content ON eval_answer (content_key);
CREATE INDEX eval_mark_run ON eval_mark (eval_run_id);
CREATE INDEX data_set_name ON data_set (name);
COMMIT;
