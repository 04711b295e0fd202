-- A data file of schema 1, dumped. Never edit it: it stands for files people have.
PRAGMA application_id = 1297307458;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('0001');
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
COMMIT;
