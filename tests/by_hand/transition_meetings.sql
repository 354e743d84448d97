-- As somebody would write it by hand: each unit once, then every cell with its margins.
-- {data} is the folder of microdata, {year} the year. Cells that nobody is in are left out.

CREATE OR REPLACE TEMP TABLE met AS
SELECT p.sex, least(greatest(({year} - p.birth_year) // 10, 2), 6) AS age, m.municipality_code AS municipality,
       left(m.municipality_code, 2) AS county
FROM read_parquet('{data}/meetings.parquet') m JOIN read_parquet('{data}/persons.parquet') p USING (person_id)
WHERE m.kind = 'transition_meeting' AND year(m.held_on) = {year};

SELECT age, sex, count(*) FROM met GROUP BY CUBE (age, sex);
SELECT coalesce(municipality, county), sex, count(*) FROM met
GROUP BY GROUPING SETS ((municipality, sex), (county, sex), (sex), (municipality), (county), ());
