-- As somebody would write it by hand: each unit once, then every cell with its margins.
-- {data} is the folder of microdata, {year} the year. Cells that nobody is in are left out.

CREATE OR REPLACE TEMP TABLE assessed AS
SELECT p.sex, least(greatest(({year} - p.birth_year) // 10, 2), 6) AS age, a.municipality_code AS municipality,
       left(a.municipality_code, 2) AS county, a.benefit, a.diagnosis_chapter = 'F' AS outcome
FROM read_parquet('{data}/assessments.parquet') a JOIN read_parquet('{data}/persons.parquet') p USING (person_id)
WHERE year(a.held_on) = {year};

SELECT benefit, sex, outcome, count(*) FROM assessed GROUP BY CUBE (benefit, sex, outcome);
SELECT age, sex, count(*) FROM assessed GROUP BY CUBE (age, sex);
SELECT county, sex, outcome, count(*) FROM assessed GROUP BY CUBE (county, sex, outcome);
SELECT coalesce(municipality, county), sex, count(*) FROM assessed
GROUP BY GROUPING SETS ((municipality, sex), (county, sex), (sex), (municipality), (county), ());
